"""Titles of the trades in German, French and Spanish."""

from tests.careers_site.trades import words

TITLES = {
    "de": {
        "Engineering": words("Softwareentwickler (m/w/d) | Backend-Entwickler (m/w/d) | Systemadministrator (m/w/d)"),
        "Data": words("Datenanalyst (m/w/d) | Data Engineer (m/w/d) | BI-Entwickler (m/w/d)"),
        "Product": words("Produktmanager (m/w/d) | Product Owner (m/w/d)"),
        "Design": words("UX-Designer (m/w/d) | Mediengestalter (m/w/d)"),
        "Sales": words("Vertriebsmitarbeiter im Innendienst (m/w/d) | Key Account Manager (m/w/d)"),
        "Customer Support": words("Kundenberater (m/w/d) | IT-Support-Spezialist (m/w/d)"),
        "Finance": words("Buchhalter (m/w/d) | Controller (m/w/d) | Lohnbuchhalter (m/w/d)"),
        "Operations": words("Projektkoordinator (m/w/d) | Personalreferent (m/w/d) | Qualitätsmanager (m/w/d)"),
        "Healthcare": words("""
            Pflegefachkraft (m/w/d) | Medizinische Fachangestellte (m/w/d) | Physiotherapeut (m/w/d)
        """),
        "Logistics": words("Fachkraft für Lagerlogistik (m/w/d) | Berufskraftfahrer (m/w/d) | Disponent (m/w/d)"),
    },
    "fr": {
        "Engineering": words("Développeur Full Stack (H/F) | Ingénieur DevOps (H/F) | Développeuse Mobile (F/H)"),
        "Data": words("Data Analyst (H/F) | Ingénieur Données (H/F)"),
        "Product": words("Chef de produit (H/F) | Product Owner (F/H)"),
        "Design": words("Designer UX/UI (H/F) | Directeur artistique (F/H)"),
        "Sales": words("Commercial grands comptes (H/F) | Chargé de clientèle (H/F)"),
        "Customer Support": words("Conseiller support client (H/F) | Technicien support (H/F)"),
        "Finance": words("Comptable général (H/F) | Contrôleur de gestion (H/F)"),
        "Operations": words("Chef de projet (H/F) | Responsable qualité (H/F) | Chargé de recrutement (H/F)"),
        "Healthcare": words("Infirmier diplômé d'État (H/F) | Aide-soignant (H/F) | Kinésithérapeute (H/F)"),
        "Logistics": words("Préparateur de commandes (H/F) | Chauffeur livreur (H/F) | Cariste (H/F)"),
    },
    "es": {
        "Engineering": words("Desarrollador/a Backend | Ingeniero/a de Software | Técnico/a de Sistemas"),
        "Data": words("Analista de Datos | Ingeniero/a de Datos"),
        "Product": words("Responsable de Producto | Product Owner"),
        "Design": words("Diseñador/a UX | Diseñador/a Gráfico/a"),
        "Sales": words("Ejecutivo/a de Ventas | Gestor/a de Cuentas"),
        "Customer Support": words("Agente de Atención al Cliente | Técnico/a de Soporte"),
        "Finance": words("Contable | Analista Financiero/a"),
        "Operations": words("Coordinador/a de Proyectos | Técnico/a de Recursos Humanos"),
        "Healthcare": words("Enfermero/a | Auxiliar de Enfermería | Fisioterapeuta"),
        "Logistics": words("Mozo/a de Almacén | Conductor/a Repartidor/a | Carretillero/a"),
    },
}
