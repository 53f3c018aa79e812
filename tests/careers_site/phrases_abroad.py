"""The sentences in German, French and Spanish."""

from tests.careers_site.phrases import ENGLISH, Phrases

_GERMAN = Phrases(
    ("Über {company}", "Die Stelle", "Deine Aufgaben", "Dein Profil", "Wir bieten", "Vergütung"),
    (
        "{company} ist seit vielen Jahren in der Branche {sector} zu Hause. Wir beliefern mehr als zweitausend "
        "Kunden im deutschsprachigen Raum und legen Wert auf ehrliche Termine, kurze Wege und Arbeit, die lange "
        "hält.",
        "Bei {company} arbeiten vierhundert Kolleginnen und Kollegen an sechs Standorten. Was uns verbindet: erst "
        "messen, dann gemeinsam entscheiden und die Entscheidung später überprüfen.",
    ),
    (
        "Für unser Team {team} in {city} suchen wir zum nächstmöglichen Zeitpunkt eine Verstärkung als {title}. "
        "Das Team plant in Abschnitten von zwei Wochen und entscheidet selbst, wie es ans Ziel kommt.",
        "Als {title} am Standort {city} übernimmst du von Anfang an Verantwortung im Bereich {team}. In den ersten "
        "drei Monaten begleitet dich eine erfahrene Kollegin oder ein erfahrener Kollege.",
    ),
    (
        "Du arbeitest eng mit den Kolleginnen und Kollegen im Bereich {team} zusammen",
        "Du planst deine Arbeit selbst und berichtest in klaren Worten über den Fortschritt",
        "Du erkennst Risiken früh und machst Vorschläge, wie wir ihnen begegnen",
        "Du arbeitest täglich mit {skill} und entwickelst unsere Abläufe weiter",
        "Du dokumentierst Ergebnisse so, dass andere darauf aufbauen können",
        "Du arbeitest neue Teammitglieder ein",
        "Du stimmst dich mit Lieferanten und Kunden ab",
    ),
    (
        "Mindestens {years} Jahre Berufserfahrung in einer vergleichbaren Position",
        "{years} bis {more} Jahre Erfahrung in der Branche {sector}",
        "Du bringst {years}+ Jahre Praxis mit {skill} mit",
    ),
    (
        "Abgeschlossene Ausbildung oder ein Studium in einem passenden Fach",
        "Sichere Kenntnisse in {skill} und {other}",
        "Sehr gute Deutschkenntnisse, Englisch in Wort und Schrift",
        "Freude daran, Dinge zu Ende zu bringen",
        "Von Vorteil: Erfahrung mit {other}",
        "Eine sorgfältige und selbstständige Arbeitsweise",
        "Führerschein der Klasse B",
    ),
    (
        "{days} Tage Urlaub im Jahr",
        "Unbefristeter Vertrag und flexible Arbeitszeiten",
        "Betriebliche Altersvorsorge mit Zuschuss",
        "Jobticket oder Jobrad",
        "Weiterbildung mit eigenem Budget",
        "Zuschuss zur Kinderbetreuung",
    ),
    (
        "Die Stelle ist vollständig remote möglich.",
        "Homeoffice: du arbeitest ortsunabhängig, zweimal im Jahr treffen wir uns in {city}.",
    ),
    ("Hybrides Arbeiten: zwei Tage Homeoffice, drei Tage im Büro in {city}.",),
    ("Arbeitsort ist {city}; die Tätigkeit findet vor Ort statt.",),
    (
        "Wir freuen uns auf deine Bewerbung mit Gehaltsvorstellung und frühestem Eintrittstermin. Innerhalb von "
        "fünf Arbeitstagen bekommst du eine Antwort. Bewerbungen von Menschen mit Behinderung sind ausdrücklich "
        "willkommen.",
        "Der Weg zu uns besteht aus zwei Gesprächen und einem bezahlten halben Tag mit dem Team. Du erfüllst nicht "
        "jeden Punkt? Bewirb dich trotzdem: die Liste ist ein Wunsch und keine Hürde.",
    ),
    ("Neu: die Stelle kann auch in Teilzeit besetzt werden.", "Der Eintrittstermin ist flexibel."),
)
_FRENCH = Phrases(
    ("À propos de {company}", "Le poste", "Vos missions", "Votre profil", "Nos avantages", "Rémunération"),
    (
        "{company} accompagne depuis plus de dix ans les acteurs du secteur {sector}. Nos quatre cents collègues "
        "travaillent dans six villes avec une même exigence : des délais tenus et un travail dont on reste fier.",
        "Chez {company}, nous pensons que le secteur {sector} mérite des outils simples et fiables. Plus de deux "
        "mille clients nous font confiance, de l'entreprise familiale au service public.",
    ),
    (
        "Nous recherchons pour notre équipe {team} à {city} : {title}. Vous rejoignez une petite équipe qui "
        "choisit elle-même ses méthodes et qui prend le temps d'accueillir les nouveaux venus.",
        "Au sein de l'équipe {team}, basée à {city}, vous prenez en charge une partie de notre feuille de route. "
        "Un parrain ou une marraine vous accompagne pendant les trois premiers mois.",
    ),
    (
        "Travailler avec l'équipe {team} et rendre compte de l'avancement",
        "Utiliser {skill} au quotidien et améliorer nos façons de faire",
        "Repérer les risques et proposer des solutions",
        "Rédiger une documentation claire et utile",
        "Accompagner l'arrivée de nouveaux collègues",
        "Assurer le lien avec les clients et les fournisseurs",
    ),
    (
        "Au moins {years} ans d'expérience sur un poste similaire",
        "{years} à {more} ans d'expérience, idéalement dans le secteur {sector}",
        "Vous justifiez de {years} années de pratique de {skill}",
    ),
    (
        "Diplôme ou formation en rapport avec le poste",
        "Bonne maîtrise de {skill} et de {other}",
        "Français courant, anglais professionnel",
        "Sens de l'écoute et goût du travail bien fait",
        "La connaissance de {other} est un plus",
        "Autonomie, rigueur et curiosité",
    ),
    (
        "{days} jours de congés et des RTT",
        "Mutuelle prise en charge à 80 %",
        "Titres-restaurant et remboursement des transports",
        "Budget annuel de formation",
        "Intéressement et participation",
        "Contrat en CDI dès le premier jour",
    ),
    ("Poste en télétravail complet, partout dans le pays.", "Télétravail à 100 %, deux rencontres par an à {city}."),
    ("Télétravail partiel : deux jours par semaine, trois jours au bureau à {city}.",),
    ("Poste basé à {city}, en présentiel.",),
    (
        "Envoyez-nous votre CV et quelques lignes sur ce que vous souhaitez apprendre. Nous répondons sous cinq "
        "jours ouvrés. Tous nos postes sont ouverts aux personnes en situation de handicap.",
        "Le recrutement se fait en deux échanges et une demi-journée rémunérée avec l'équipe. Vous ne cochez pas "
        "toutes les cases ? Écrivez-nous quand même : la liste est un souhait, pas une barrière.",
    ),
    ("Mise à jour : la date de début est flexible.", "Nouveau : le poste peut être pourvu à temps partiel."),
)
_SPANISH = Phrases(
    ("Sobre {company}", "El puesto", "Qué harás", "Qué buscamos", "Qué ofrecemos", "Salario"),
    (
        "{company} trabaja desde hace más de diez años en el sector de {sector}. Somos cuatrocientas personas en "
        "seis oficinas y nos gusta cumplir los plazos y contar las cosas como son.",
        "En {company} creemos que el sector de {sector} merece herramientas sencillas y fiables. Más de dos mil "
        "clientes confían en nosotros, desde empresas familiares hasta organismos públicos.",
    ),
    (
        "Buscamos {title} para nuestro equipo de {team} en {city}. Es un equipo pequeño que decide cómo trabaja y "
        "que dedica tiempo a quienes acaban de llegar.",
        "Te incorporarás como {title} al área de {team}, en {city}. Durante los tres primeros meses te acompañará "
        "una persona con experiencia en el puesto.",
    ),
    (
        "Trabajar con el equipo de {team} y compartir los avances con claridad",
        "Usar {skill} en el día a día y mejorar nuestros procesos",
        "Detectar riesgos a tiempo y proponer soluciones",
        "Documentar el trabajo para que otras personas puedan continuarlo",
        "Acompañar a quienes se incorporan al equipo",
        "Tratar con clientes y proveedores",
    ),
    (
        "Al menos {years} años de experiencia en un puesto similar",
        "Entre {years} y {more} años de experiencia, preferiblemente en {sector}",
        "Experiencia mínima de {years} años con {skill}",
    ),
    (
        "Formación profesional o grado relacionado con el puesto",
        "Buen dominio de {skill} y {other}",
        "Español nativo e inglés profesional",
        "Capacidad de organización y ganas de aprender",
        "Se valorará conocer {other}",
        "Atención al detalle y trato cercano",
    ),
    (
        "{days} días de vacaciones",
        "Seguro médico desde el primer día",
        "Contrato indefinido y horario flexible",
        "Presupuesto anual de formación",
        "Tarjeta restaurante y transporte",
        "Jornada intensiva en verano",
    ),
    ("Puesto 100 % en remoto, desde cualquier punto.", "Teletrabajo completo, con dos encuentros al año en {city}."),
    ("Modelo híbrido: dos días de teletrabajo y tres en la oficina de {city}.",),
    ("Puesto presencial en {city}.",),
    (
        "Envíanos tu CV y unas líneas sobre lo que te gustaría aprender. Respondemos en cinco días laborables. "
        "Valoramos todas las candidaturas por igual, sin distinción de origen, edad, género o discapacidad.",
        "El proceso consta de dos conversaciones y media jornada pagada con el equipo. ¿No cumples todos los "
        "puntos? Escríbenos de todos modos: la lista es un deseo, no una barrera.",
    ),
    ("Actualización: la fecha de incorporación es flexible.", "Nuevo: también es posible la jornada parcial."),
)
PHRASES = {"en": ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
