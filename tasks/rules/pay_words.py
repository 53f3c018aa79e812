"""Words beside a sum of money: those that make it pay, and those that make it something else."""

import re

PAY_WORDS = (
    r"salar(?:y|ies)|pay|paid|paying|compensation|wages?|remuneration|earn(?:s|ings?)?|base|hourly|hiring range"
    r"|\w*gehalt\w*|\w*vergütung|\w*lohn|verdien\w*|entgelt|brutto|salaires?|rémunération|salarios?|sueldo|remuneración"
    r"|remuneração|retribuzione|stipendio|ral|salaris|loon|bruto|vencimento|wynagrodzen\w+|lön|løn|lønn|mzda|ctc"
    r"|stundensatz|tjm|tagessatz|day rate"
)
WEAK_PAY_WORDS = (
    "range|rate|band|bands|tier|comp|plat|level|zone"  # of pay only where no word for another sum stands before
)
OTHER_WORDS = (
    r"rais(?:ed|ing)|funding|funded|series [a-h]|seed|investors?|investments?|investing|backed|valu(?:ation|ed|e)"
    r"|revenues?|arr|turnover"
    r"|umsatz|budgets?|aum|assets|under management|sign[- ]?on|signing|signature|referr\w*|refer a|stipends?"
    r"|wellness|reimburse\w*"
    r"|tuition|allowances?|bonus(?:es)?|401 ?\(?k\)?|donat\w*|charit\w*|match(?:ed|ing|es)?|customers?|clients?"
    r"|users|sales|quotas?|deals?"
    r"|portfolios?|contracts?|sav(?:e|ed|ing|ings)|grants?|insurance|life|discounts?|vouchers?|relocation|rsus?"
    r"|stock|shares|equity"
    r"|gifts?|learning|education|training|professional development|ceus?|conferences?|home[- ]office|equipment"
    r"|loans?|prizes?|awards?"
    r"|transactions?|spend(?:ing|s)?|process(?:es|ed|ing)|volume|market|industry|credit|subsid\w+|perks?|pension"
    r"|fund|childcare|gym"
    r"|fertility|adoption|lunch|meals?|travel|parking|phone|internet|fee|fees|fine|retention|incentive|commissions?"
    r"|projects?|worth"
    r"|fitness|scholarship|repayment|co-?pay|deductible|premium|differential|sponsor\w*|price|pricing|cost|costs"
    r"|raise|per diem"
    r"|payments?|payroll|billing|cap|exit|gmv|tpv|sold|generat(?:e|ed|ing)|scale|economy|opportunity|overtime|shift"
)
OTE = (
    r"ote|on[- ]target|target earnings|total (?:target )?(?:cash|comp\w*|earnings)|earning potential|potential"
    r"|zielgehalt|all-in"
)
WORDS = re.compile(
    rf"(?<![\w])(?:(?P<ote>{OTE})|(?P<other>{OTHER_WORDS})|(?P<pay>{PAY_WORDS})|(?P<weak>{WEAK_PAY_WORDS}))(?![\w])"
)
OTHER_AFTER = re.compile(
    rf"[\s)]{{0,2}}(?:(?:in|of|for|towards?|worth of|to|on|as|per|a|an|the|your|new|annual|yearly|monthly|one-time"
    rf"|fully|paid|annually|und|de)\s){{0,4}}"
    rf"(?:(?!plus|and|und|or|with|base)[\w-]{{1,15}}\s){{0,1}}(?P<other>{OTHER_WORDS})(?![\w:])"
)
OTE_AFTER = re.compile(rf"[\s)(,]{{0,3}}(?:[\w-]{{1,12}}\s){{0,2}}(?:{OTE})(?!\w)")
PAY_AFTER = re.compile(rf"[\s)(,]{{0,3}}(?:[\w-]{{1,12}}\s){{0,2}}(?:{PAY_WORDS})(?!\w)")
