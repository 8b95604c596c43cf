/// The words that made-up people and things are named with.
enum Names {
    /// A name as people write it and as it stands in a username.
    struct Pair: Sendable {
        let shown: String
        let plain: String
    }

    static let first = pairs(
        """
        Ada Alan Amira Ana Andrei Anna Arjun Aya Ben Bianca Carlos Chen Chloe Daan Diego Dmitri Ebba Elif Emma Enzo \
        Eva Fatima Felix Freya Grace Hana Hugo Ida Ines Ivan Jana Jonas Juan Kai Karin Kenji Lara Leila Leo Lin \
        Lucia Luka Maja Marco Maria Mateo Mei Mila Milan Mona Nadia Nils Noa Nora Olga Omar Otto Pablo Petra Priya \
        Quinn Rafael Rania Rosa Ruth Sami Sara Sven Tara Theo Tomas Uma Vera Viktor Wei Yara Yuki Zara Zoë=zoe \
        Łukasz=lukasz Renée=renee Søren=soren José=jose Şule=sule Björn=bjorn Ирина=irina 美咲=misaki
        """)

    static let last = pairs(
        """
        Abe Adler Alvarez Andersen Bauer Becker Bianchi Blom Brown Castro Chan Costa Cruz Dahl Davis Diaz Dubois \
        Eriksen Evans Fischer Fontana Garcia Gomez Green Gupta Haas Hansen Hassan Hill Hoang Ibrahim Ito Ivanova \
        Jansen Jensen Johnson Kaya Keller Khan Kim Klein Kowalski Kumar Lang Larsen Lee Lopez Mancini Martin Meyer \
        Mori Moreau Nagy Nakamura Nguyen Nielsen Novak Okafor Olsen Ortiz Park Patel Perez Petrov Popescu Ramos \
        Reyes Ricci Rossi Sato Schmidt Silva Singh Smith Soto Suzuki Tanaka Taylor Torres Tran Vargas Vega Visser \
        Wagner Walker Wang Weber Wilson Wolf Wong Yamada Young Zhang Müller=mueller García-López=garcia-lopez \
        O'Neil=oneil Dvořák=dvorak Nguyễn=nguyen Straße=strasse
        """)

    static let departments = words(
        "Engineering,Sales,Marketing,Finance,Legal,Support,Operations,People,IT,Security,Research,Facilities")

    static let titles = words("Associate,Specialist,Engineer,Analyst,Lead,Manager,Director,Coordinator")

    static let groups = words(
        "Staff,Contractors,Engineering,Finance,Executives,Support,Field Sales,Privileged Admins,Service Accounts,"
            + "Domain Admins")

    /// The first role is everybody's, then one for each department, then roles for some.
    static let roles =
        ["Employees"] + departments
        + words("VPN Users,Finance Approvers,Source Code,Customer Data,Travel,Help Desk,Directory Administrators")

    static let apps = words(
        "Wiki,Payroll,Source Hosting,Team Chat,Video Calls,Office Suite,Issue Tracker,Service Desk,File Share,"
            + "Expenses,Dashboards,Data Warehouse,Metrics,On-call,Cloud Console,Design Board,Notes,Campaigns,CRM,"
            + "Recruiting,Time Sheets,E-signature,Log Search,VPN,Build Server,Artifact Store,Learning,Travel Desk")

    static let devices = words("OneLogin Protect,OneLogin SMS,Authenticator,Security Key,OneLogin Email")

    static let policies = words("Default policy,Strong MFA,Contractors,Legacy apps,Administrators")

    static let delegatedPrivileges = words("Super user,User administrators,Help desk,Application managers")

    static let locales = words("en,de,fr,es,ja,pl")

    private static func words(_ text: String) -> [String] { text.split(separator: ",").map { String($0) } }

    private static func pairs(_ text: String) -> [Pair] {
        text.split(separator: " ").map { word in
            let halves = word.split(separator: "=")
            return Pair(shown: String(halves[0]), plain: halves.count > 1 ? String(halves[1]) : word.lowercased())
        }
    }
}
