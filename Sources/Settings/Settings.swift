public import HTTPTransport
public import Timekeeping

/// Everything a run is told, checked and with defaults filled in, as ``SettingsLoader`` makes it.
public struct Settings: Hashable, Sendable {
    /// Where the store is; relative paths of all settings are relative to the settings file's folder.
    public var store = "tocsin.db"
    /// Folders with rule files.
    public var rules = ["Rules"]
    /// Folders with policy files.
    public var policies = ["Policies"]
    /// In the order of the file; names are unique.
    public var connections: [ConnectionSettings] = []
    /// In the order of the file; names are unique.
    public var receivers: [ReceiverSettings] = []
    /// Our own networks, in the order of the file: the first that holds an address names it.
    public var networks: [NamedNetworkSettings] = []
    public var geo = GeoSettings()
    /// nil: no web server.
    public var web: WebSettings?
    public var log = LogSettings()
    public var limits = LimitSettings()

    public init() {}
}

/// One configured link to a OneLogin account.
public struct ConnectionSettings: Hashable, Sendable {
    /// OneLogin's shards.
    public enum Region: String, Hashable, Sendable, CaseIterable {
        case us, eu
    }

    public var name: String
    public var subdomain: String
    public var region = Region.us
    /// Instead of the address that subdomain and region give, such as a simulator's; without a slash at the end.
    public var url: String?
    /// nil only where secrets were not asked for.
    public var clientID: String?
    /// nil only where secrets were not asked for.
    public var clientSecret: Secret?
    /// A PEM file of certificate authorities that are trusted instead of the system's.
    public var caFile: String?
    /// The way out to OneLogin; nil: straight.
    public var proxy: ProxySettings?
    public var sync = SyncSettings()
    /// How late an activity may come and still be counted in windows.
    public var lateness = TimeSpan.minutes(5)
    public var superUsers = SuperUserSettings()
    /// nil: no event webhook is taken for this connection.
    public var eventWebhook: EventWebhookSettings?
    public var actions = ActionSettings()

    public init(name: String, subdomain: String) {
        self.name = name
        self.subdomain = subdomain
    }
}

/// Where a CONNECT proxy listens.
public struct ProxySettings: Hashable, Sendable {
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

/// How often what is fetched.
public struct SyncSettings: Hashable, Sendable {
    /// New activities.
    public var activities = TimeSpan.minutes(1)
    /// Users changed since, groups, roles, apps.
    public var directory = TimeSpan.minutes(15)
    /// The full list of users, which shows deletions.
    public var fullList = TimeSpan.days(1)
    /// Authentication factors, user by user.
    public var factors = TimeSpan.days(1)
    /// Groups, roles, apps, privileges and mappings; nil: with each copy in tenants of up to 10,000 users, else hourly,
    /// but groups with each copy.
    public var groups: TimeSpan?
    public var roles: TimeSpan?
    public var apps: TimeSpan?
    public var privileges: TimeSpan?
    public var mappings: TimeSpan?
    /// How far back the first sync reads activities; what is before it, rules never know.
    public var history = TimeSpan.days(7)

    public init() {}
}

/// How super users are told, since the user resource has no flag: any of what is given makes one.
public struct SuperUserSettings: Hashable, Sendable {
    /// A custom attribute and the values that mean yes.
    public struct Attribute: Hashable, Sendable {
        public var name: String
        public var values: [String]
    }

    /// User names or e-mail addresses.
    public var users: [String] = []
    /// Names of roles whose members are super users.
    public var roles: [String] = []
    /// Whether a privilege over everything makes one.
    public var usesPrivileges = false
    public var attribute: Attribute?
    /// Names and ids of privileges whose grants, as events told them, are asked where nothing else applies, beside
    /// OneLogin's own; nil: no grants are asked.
    public var ledger: [String]?

    public init() {}

    /// Nothing is chosen, so that what is usual is asked.
    public var isEmpty: Bool {
        users.isEmpty && roles.isEmpty && !usesPrivileges && attribute == nil && ledger == nil
    }
}

/// Where notices go.
public struct ReceiverSettings: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case stdout
        /// `secrets` sign each message, the newest first; more than one while they are being changed.
        case webhook(url: String, secrets: [Secret], caFile: String?)
    }

    public var name: String
    public var kind: Kind
    /// Whether the end of an alert is told too.
    public var sendsResolved = true
    /// The way out to a webhook; nil: straight.
    public var proxy: ProxySettings?

    public init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// A named list of our own networks.
public struct NamedNetworkSettings: Hashable, Sendable {
    public var name: String
    /// Checked CIDR ranges or single addresses.
    public var ranges: [String]

    public init(name: String, ranges: [String]) {
        self.name = name
        self.ranges = ranges
    }
}

/// Where positions of addresses come from; all nil: nowhere.
public struct GeoSettings: Hashable, Sendable {
    /// A file of `cidr,country,lat,lon` lines.
    public var csv: String?
    /// MaxMind DB files.
    public var city: String?
    public var asn: String?
    public var anonymous: String?

    public init() {}
}

/// Where the web server listens.
public struct WebSettings: Hashable, Sendable {
    public var host = "127.0.0.1"
    /// 0: any free port.
    public var port = 8321

    public init() {}

    /// Whether only this machine can reach it.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}

/// What is logged, and how.
public struct LogSettings: Hashable, Sendable {
    public enum Level: String, Hashable, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }
    public enum Format: String, Hashable, Sendable, CaseIterable {
        case text, json
    }

    public var level = Level.info
    public var format = Format.text

    public init() {}
}
