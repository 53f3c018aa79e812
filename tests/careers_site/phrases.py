"""Our own sentences, by language: what postings of every trade share."""

from typing import NamedTuple


class Phrases(NamedTuple):
    """Shape: templates take {company} {sector} {team} {city} {title} {skill} {other} {years} {more} {days}."""

    headings: tuple[str, str, str, str, str, str]  # about, role, duties, wanted, benefits, pay
    about: tuple[str, ...]
    role: tuple[str, ...]
    duties: tuple[str, ...]
    years: tuple[str, ...]
    wanted: tuple[str, ...]
    benefits: tuple[str, ...]
    remote: tuple[str, ...]
    hybrid: tuple[str, ...]
    onsite: tuple[str, ...]
    closing: tuple[str, ...]
    updates: tuple[str, ...]


ENGLISH = Phrases(
    ("About {company}", "The role", "What you will do", "What we look for", "What we offer", "Pay"),
    (
        "{company} works in {sector}. We began with one customer and a borrowed desk; today our systems are used "
        "in nineteen countries, and the first customer is still with us. We grow at the pace at which we can look "
        "after people.",
        "At {company} we believe that {sector} deserves tools that are calm and exact. Four hundred colleagues in "
        "six offices work on that, and every one of them can tell you what their work changed last month.",
        "{company} is a mid-sized company in {sector}, owned by those who work here and two long-term investors. "
        "We publish our plans inside the company, including the ones that did not work.",
        "Since its first year {company} has put its profits back into {sector}. We are known for answering the "
        "phone, for honest estimates and for products that outlive their manuals.",
        "Ask around in {sector} and you will hear our name: {company} supplies more than two thousand "
        "organisations, from family businesses to public bodies. Our next step is to make that work just as well "
        "for the smallest of them.",
        "{company} joined three specialists in {sector} under one roof. What we share is a habit: measure first, "
        "decide together, then stay with the decision until it has paid off or has been proven wrong.",
    ),
    (
        "As {title} you will join the {team} team in {city}. The team is small, plans in two-week steps and "
        "decides for itself how to get there. You will report to the head of the department and have a mentor for "
        "the first three months.",
        "We are hiring a {title} for our {team} group in {city}. The position is new: part of the work is to find "
        "out what the position should become. You will have a budget for that, and people who have time for your "
        "questions.",
        "Our {team} team in {city} looks for a {title} who likes to finish things. In your first month you will "
        "shadow two colleagues; by the third you will own a part of our plan; after a year we expect others to "
        "learn from you.",
        "This {title} position sits between {team} and the teams it serves. You will notice what both sides leave "
        "unsaid, write it down and turn it into work that can be done.",
        "The {team} team keeps a promise to customers in and around {city}, and as {title} you will help to keep "
        "it. You will find clear goals, a healthy share of old decisions to question and colleagues who answer.",
        "Why now? Demand for our work in {sector} has doubled within two years, and the {team} team in {city} has "
        "not. As {title} you take over a well-kept part of that work and leave it better documented than you found "
        "it.",
    ),
    (
        "Work closely with colleagues in {team} and report progress in plain words",
        "Show newer colleagues how you work and learn from how they do",
        "Raise risks early, with a proposal attached",
        "Take part in hiring and help us keep it fair",
    ),
    (
        "{years}+ years of experience in a comparable role",
        "At least {years} years of hands-on work with {skill}",
        "{years}-{more} years in this field, or another path that taught you the same",
        "Minimum of {years} years of professional experience, ideally in {sector}",
        "You bring {years} to {more} years of relevant practice",
        "No years required: we hire for attitude and teach the rest",
    ),
    (
        "Solid knowledge of {skill} and {other}",
        "Experience with {skill} in daily work",
        "Good working knowledge of {other}; we do not expect mastery",
        "A degree or vocational training in a related subject, or the practice that replaces it",
        "Clear spoken and written English; a second language is welcome",
        "The habit of writing things down",
        "Patience with people and impatience with avoidable work",
        "Nice to have: {skill}, {other} or something similar",
        "Comfort with numbers and with saying that you do not know yet",
        "A valid work permit for the country of the office",
    ),
    (
        "{days} days of paid leave, and we check that you take them",
        "Health, dental and vision cover from the first day",
        "A pension plan that we match up to six percent",
        "Parental leave of sixteen weeks at full pay for every parent",
        "A yearly learning budget of 1,500 and five days to use it",
        "Flexible hours around a core of four",
        "Equity for every permanent colleague",
        "Travel pass, bicycle lease or parking, whichever you need",
        "Equipment of your choice, replaced every three years",
        "A sabbatical of one month after four years",
        "Lunch together on Wednesdays and quiet rooms on all other days",
    ),
    (
        "This is a fully remote position; you can work from anywhere in the country.",
        "Remote first: we meet in {city} twice a year and cover the trip.",
        "#LI-Remote. The team works remotely across three time zones.",
    ),
    (
        "We work hybrid: three days a week in our {city} office.",
        "Hybrid working: two days from home, three in {city}. #LI-Hybrid",
        "You will be in the office in {city} on Tuesdays and Thursdays and choose the place on other days.",
    ),
    (
        "This role is based on site in {city}.",
        "The work is done at our {city} location; remote work is not possible for this role.",
        "On-site position in {city}, five days a week.",
    ),
    (
        "Send us a CV and a few lines on what you would like to change about your current work. We answer within "
        "five working days. The process has two conversations and one paid half day with the team.",
        "{company} is an equal opportunity employer. We decide by skill and need, and we adapt interviews where "
        "that helps: just tell us. Not sure that you meet every point? Apply anyway; the list is a wish, not a "
        "gate.",
        "We read each application ourselves. If this role is not the right one we say so, and with your consent we "
        "keep you in mind for the next. Agencies: please do not send profiles without an agreement.",
        "How we hire: a first call of thirty minutes, a conversation about your work with two future colleagues, a "
        "small task of the kind that {team} does every week, and an offer within three days. We share questions "
        "beforehand.",
    ),
    (
        "Update: the team has grown since this posting was first published, and the start date is flexible.",
        "Please note that interviews for this role take place by video call.",
        "New: this position can also be shared by two people.",
        "Applications are reviewed as they come in; we close the posting once the place is filled.",
    ),
)
