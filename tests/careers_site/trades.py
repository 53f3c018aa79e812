"""Ten trades: titles, teams, skills and duties that postings of each are made of."""

from typing import NamedTuple


class Trade(NamedTuple):
    """Shape: `dollars` is a mid-level salary per year; `shifts` marks trades paid by the hour and done on site."""

    name: str
    dollars: int
    teams: tuple[str, ...]
    titles: tuple[str, ...]
    skills: tuple[str, ...]
    duties: tuple[str, ...]
    shifts: bool = False


def words(text: str) -> tuple[str, ...]:
    """What stands between the bars."""
    return tuple(" ".join(part.split()) for part in text.split("|"))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


TRADES = (
    Trade(
        "Engineering",
        145_000,
        words("Platform | Payments | Mobile | Infrastructure | Developer Experience | Security | Search"),
        words("""
            Software Engineer | Backend Engineer | Frontend Engineer | Full Stack Engineer | Site Reliability Engineer |
            iOS Engineer | Android Engineer | Security Engineer | DevOps Engineer | Embedded Systems Engineer |
            QA Automation Engineer | Cloud Infrastructure Engineer
        """),
        words("""
            Python | Go | Kubernetes | PostgreSQL | TypeScript | React | Terraform | AWS | Rust | Java | Kafka |
            Docker | GraphQL | Kotlin | Swift | Linux | Redis | C++ | CI/CD | gRPC
        """),
        _lines("""
            Design and ship services in {skill} that the {team} team runs in production itself
            Break large changes into steps that can be reviewed, measured and taken back
            Own the reliability of what you build, including a share of the on-call rota
            Move our older {skill} components to {other} without downtime for customers
            Write design notes that a new colleague understands a year later
            Cut the time from commit to deploy, which is eleven minutes today
            Review code with care and ask for the same in return
            Trace slow requests across services and remove the cause, not the alert
        """),
    ),
    Trade(
        "Data",
        140_000,
        words("Analytics | Data Platform | Machine Learning | Forecasting | Experimentation"),
        words("""
            Data Engineer | Data Scientist | Analytics Engineer | Machine Learning Engineer | Data Analyst |
            Research Scientist | BI Developer | MLOps Engineer
        """),
        words("""
            SQL | Python | dbt | Airflow | Spark | Snowflake | BigQuery | PyTorch | Looker | Tableau | Pandas |
            scikit-learn | Power BI | Databricks
        """),
        _lines("""
            Build pipelines in {skill} whose failures are noticed by us before they are noticed by a reader
            Turn open questions from the {team} group into tests with a stated size and end date
            Keep definitions of our measures in one place and delete the other four
            Train, evaluate and serve models, and say plainly when a rule would do
            Model events from a dozen systems with {skill} and {other}
            Present results to people who decide, with the uncertainty left in
            Watch cost per query and bring it down each quarter
        """),
    ),
    Trade(
        "Product",
        150_000,
        words("Growth | Core Product | Marketplace | Billing | Integrations"),
        words("""
            Product Manager | Technical Product Manager | Product Operations Specialist | Growth Product Manager |
            Platform Product Manager | Product Analyst | Product Owner
        """),
        words("""
            roadmapping | user research | SQL | A/B testing | Jira | Amplitude | product discovery |
            stakeholder management | pricing | API design | Figma
        """),
        _lines("""
            Decide what the {team} team builds next and what it stops building
            Talk with at least three customers a week and share the notes in full
            Write short specifications with a measurable end and a date to look back
            Use {skill} to find out whether a release did what we said it would
            Bring sales, support and engineering to one view of the next two quarters
            Set prices and packages together with finance
            Say no often, and give the reason each time
        """),
    ),
    Trade(
        "Design",
        125_000,
        words("Product Design | Brand | Design Systems | Research"),
        words("""
            Product Designer | UX Researcher | UX Designer | Brand Designer | Design Systems Designer |
            Content Designer | Service Designer | Motion Designer
        """),
        words("""
            Figma | prototyping | usability testing | design systems | accessibility | information architecture |
            Adobe Creative Suite | interaction design | user interviews | HTML/CSS
        """),
        _lines("""
            Take features for {team} from a rough sketch to screens that people can use with one hand
            Run usability sessions every other week and change your mind in public
            Extend our component library in {skill} so that teams need fewer exceptions
            Check every flow with a keyboard and a screen reader
            Pair with engineers until the built thing feels like the drawn thing
            Write interface text that needs no second reading
        """),
    ),
    Trade(
        "Sales",
        110_000,
        words("Mid-Market | Enterprise | Commercial | Partnerships | Public Sector"),
        words("""
            Account Executive | Sales Development Representative | Account Manager | Sales Engineer |
            Solutions Consultant | Partner Manager | Enterprise Account Executive | Sales Operations Analyst |
            Regional Sales Representative
        """),
        words("""
            Salesforce | HubSpot | negotiation | forecasting | MEDDIC | cold outreach | contract management | Excel |
            solution selling | Gong
        """),
        _lines("""
            Carry a quota for the {team} segment and build the pipeline that meets it
            Run demonstrations that start from the buyer's own numbers
            Keep {skill} so clean that the forecast needs no meeting
            Open doors by phone, by mail and at two or three trade fairs a year
            Bring legal and security reviews to an end without drama
            Hand new customers over to success with a written plan
            Travel to customers about {travel} percent of the time
        """),
    ),
    Trade(
        "Customer Support",
        68_000,
        words("Customer Success | Technical Support | Onboarding | Help Desk"),
        words("""
            Customer Support Specialist | Technical Support Engineer | Customer Success Manager |
            Implementation Consultant | Support Team Coordinator | Help Desk Technician | Community Specialist
        """),
        words("""
            Zendesk | Intercom | SQL | troubleshooting | technical writing | Jira | onboarding | REST APIs | Excel |
            knowledge bases
        """),
        _lines("""
            Answer questions by mail, chat and phone, most of them within four hours
            Reproduce faults, write them up so that engineering can fix them, and tell the customer when it is done
            Lead kick-off calls and bring new accounts live within thirty days
            Keep help articles true and remove those nobody reads
            Spot what customers ask for again and again and take it to the {team} leads
            Use {skill} to see which accounts need a call this week
        """),
    ),
    Trade(
        "Finance",
        98_000,
        words("Accounting | FP&A | Treasury | Tax | Procurement"),
        words("""
            Financial Analyst | Accountant | Payroll Specialist | Controller | Revenue Accountant | Treasury Analyst |
            Internal Auditor | FP&A Analyst | Procurement Specialist | Tax Analyst
        """),
        words("""
            Excel | NetSuite | IFRS | US GAAP | SAP | financial modelling | month-end close | Power BI |
            reconciliation | SOX controls
        """),
        _lines("""
            Close the books by the fifth working day and shorten that by one
            Reconcile accounts in {skill} and explain each difference in a sentence
            Build the yearly plan with {team} and compare it with what happened every month
            Prepare papers for the auditors and be the person they call
            Automate the reports that are copied by hand today
            Keep cash, currency and supplier risk in view for the next thirteen weeks
        """),
    ),
    Trade(
        "Operations",
        85_000,
        words("Business Operations | People Operations | Facilities | Compliance | Quality"),
        words("""
            Operations Manager | Business Operations Analyst | Office Coordinator | Program Manager | Recruiter |
            Compliance Analyst | HR Business Partner | Quality Specialist | Project Coordinator | Legal Counsel
        """),
        words("""
            project management | Excel | Lean | Six Sigma | Asana | vendor management | Workday | ISO 9001 | GDPR |
            process mapping | Notion
        """),
        _lines("""
            Find the step in which work waits longest, and shorten it
            Run projects across {team} and two other departments from plan to review
            Keep policies short enough to be read, and check that they are followed
            Choose suppliers, agree terms and hold them to these
            Prepare the weekly numbers with {skill} and the questions they raise
            Organise audits, trainings and the move of our second site
        """),
    ),
    Trade(
        "Healthcare",
        82_000,
        words("Emergency | Outpatient | Home Care | Laboratory | Rehabilitation | Radiology"),
        words("""
            Registered Nurse | Physical Therapist | Medical Assistant | Pharmacist | Radiologic Technologist |
            Clinical Research Coordinator | Licensed Practical Nurse | Occupational Therapist | Care Coordinator |
            Medical Laboratory Scientist
        """),
        words("""
            BLS certification | patient assessment | Epic | HIPAA | medication administration | triage | phlebotomy |
            care planning | infection control | ACLS certification
        """),
        _lines("""
            Care for {ratio} patients a shift on the {team} unit, together with a colleague
            Assess patients on arrival, set up the care plan and review it daily
            Give medication and treatments as ordered, and document both in {skill}
            Teach patients and their families what to do at home
            Follow hygiene and safety rules and speak up where others do not
            Hand over in writing and in person at each change of shift
        """),
        shifts=True,
    ),
    Trade(
        "Logistics",
        56_000,
        words("Warehouse | Transport | Fulfilment | Fleet | Customs | Returns"),
        words("""
            Warehouse Associate | Forklift Operator | Delivery Driver | Supply Chain Planner | Dispatcher |
            Inventory Control Specialist | Fleet Technician | Customs Specialist | Logistics Coordinator |
            Transport Planner
        """),
        words("""
            forklift licence | SAP EWM | inventory management | route planning | Excel | RF scanners | CDL Class A |
            customs clearance | order picking | safety procedures
        """),
        _lines("""
            Pick, pack and load orders for {team}, {boxes} parcels in a usual shift
            Plan routes so that drivers are home on time and trucks are full
            Count stock every week and find out why a count is off
            Check loads, papers and vehicles before they leave the yard
            Work with {skill} and scanners, which we teach in the first week
            Keep aisles, docks and colleagues safe
        """),
        shifts=True,
    ),
)
