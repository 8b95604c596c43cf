public import Alerting
public import Delivery
public import Directory
import Enrichment
public import HTTPClient
public import HTTPTransport
public import Logging
public import OneLogin
public import RuleLanguage
public import Settings
public import Store
public import Sync
public import Timekeeping
public import Web

/// Builds the running parts from settings: the one place where settings meet modules.
public struct Assembly: Sendable {
    private let settings: Settings
    private let clock: any WallClock
    private let logger: Logger
    /// Of the accounts: actions and syncs of one, and two connections to it, spend from one.
    private let budgets = RateBudgets()

    public init(_ settings: Settings, clock: any WallClock, logger: Logger) {
        self.settings = settings
        self.clock = clock
        self.logger = logger
    }

    // MARK: A connection's parts

    /// How to reach the tenant of a connection.
    ///
    /// - Parameter connection: Loaded with its secrets.
    public static func link(_ connection: ConnectionSettings) -> OneLoginConnection {
        OneLoginConnection(
            subdomain: connection.subdomain, region: connection.region == .eu ? .eu : .us,
            clientID: connection.clientID ?? "", clientSecret: connection.clientSecret ?? Secret(""),
            baseURL: connection.url)
    }

    /// The way to the tenant of a connection, with its own proxy and certificate authorities.
    public static func sender(
        _ connection: ConnectionSettings, of senders: NetworkSenders
    ) throws(TransportFailure) -> any HTTPSender {
        try senders.sender(caFile: connection.caFile, proxy: way(connection.proxy))
    }

    private static func way(_ proxy: ProxySettings?) -> NetworkSettings.Proxy? {
        proxy.map { NetworkSettings.Proxy(host: $0.host, port: $0.port) }
    }

    /// How super users are told; ``SuperUserResolver/standard`` where settings choose nothing.
    public static func superUsers(_ settings: SuperUserSettings) -> [SuperUserResolver] {
        guard !settings.isEmpty else { return SuperUserResolver.standard }
        var resolvers: [SuperUserResolver] = []
        if !settings.users.isEmpty { resolvers.append(.usernames(settings.users)) }
        if !settings.roles.isEmpty { resolvers.append(.roles(names: settings.roles)) }
        if settings.usesPrivileges { resolvers.append(.privileges(names: SuperUserResolver.privilegeNames)) }
        if let attribute = settings.attribute {
            resolvers += attribute.values.map { .customAttribute(name: attribute.name, value: $0) }
        }
        if let names = settings.ledger {
            resolvers.append(.ledger(PrivilegeLedger(names: SuperUserResolver.privilegeNames + names)))
        }
        return resolvers
    }

    /// How often what is fetched.
    public static func cadence(_ connection: ConnectionSettings) -> SyncCadence {
        var cadence = SyncCadence()
        cadence.activities = connection.sync.activities
        cadence.directory = connection.sync.directory
        cadence.fullList = connection.sync.fullList
        cadence.factors = connection.sync.factors
        cadence.history = connection.sync.history
        cadence.collections[.group] = connection.sync.groups
        cadence.collections[.role] = connection.sync.roles
        cadence.collections[.app] = connection.sync.apps
        cadence.collections[.privilege] = connection.sync.privileges
        cadence.collections[.mapping] = connection.sync.mappings
        cadence.lateness = connection.lateness
        return cadence
    }

    /// What is known of addresses; nil when the settings name nothing.
    ///
    /// - Returns: The enricher and what was wrong with its files.
    public func enricher() throws -> (any ActivityEnricher)? {
        var sources = NetworkSources()
        sources.csv = settings.geo.csv
        sources.city = settings.geo.city
        sources.asn = settings.geo.asn
        sources.anonymous = settings.geo.anonymous
        sources.networks = settings.networks.map { ($0.name, $0.ranges) }
        guard !sources.isEmpty else { return nil }
        return try NetworkEnricher(sources)
    }

    /// A connection as a source of facts, with what is known of addresses.
    public func source(
        _ connection: ConnectionSettings, sender: any HTTPSender, enricher: (any ActivityEnricher)?
    ) -> any TenantSource {
        let client = OneLoginClient(Self.link(connection), sender: sender, clock: clock, budgets: budgets)
        guard let enricher else { return client }
        return EnrichedSource(source: client, enricher: enricher)
    }

    /// Reads again what could not be read when it came: this program may be newer than the one that refused it.
    ///
    /// - Parameter connection: nil for every connection of the settings.
    /// - Returns: What came of it by connection, in the order of the settings.
    public func replayQuarantine(
        in store: SQLiteStore, connection: String? = nil, keeps: Bool = true, takesTooLate: Bool = true
    ) async throws -> [(connection: String, report: QuarantineReplay.Report)] {
        let enricher = try self.enricher()
        var reports: [(connection: String, report: QuarantineReplay.Report)] = []
        for entry in settings.connections where connection == nil || entry.name == connection {
            let replay = QuarantineReplay(
                store: store, connection: entry.name, lateness: entry.lateness, enricher: enricher)
            reports.append((entry.name, try await replay.run(keeps: keeps, takesTooLate: takesTooLate)))
        }
        return reports
    }

    // MARK: Telling people

    /// Which receiver hears what.
    public var routing: NoticeRouting {
        NoticeRouting(
            defaultReceivers: settings.receivers.isEmpty ? ["stdout"] : settings.receivers.map(\.name),
            receiversWithoutResolved: Set(settings.receivers.filter { !$0.sendsResolved }.map(\.name)))
    }

    /// The receivers of the settings; standard output where there are none.
    ///
    /// - Parameters:
    ///   - format: How alerts look on standard output.
    ///   - write: Writes to standard output.
    public func receivers(
        senders: NetworkSenders, userAgent: String, format: StdoutReceiver.Format,
        write: @escaping @Sendable (String) throws -> Void
    ) throws -> [any Receiver] {
        var receivers: [any Receiver] = []
        for entry in settings.receivers {
            switch entry.kind {
            case .stdout:
                receivers.append(StdoutReceiver(name: entry.name, format: format, sink: write))
            case .webhook(let url, let secrets, let caFile):
                var keys: [WebhookSecret] = []
                for secret in secrets { keys.append(try WebhookSecret(secret)) }
                receivers.append(
                    WebhookReceiver(
                        name: entry.name, url: url, secrets: keys,
                        sender: try senders.sender(caFile: caFile, proxy: Self.way(entry.proxy)), userAgent: userAgent))
            }
        }
        return receivers.isEmpty ? [StdoutReceiver(format: format, sink: write)] : receivers
    }

    // MARK: Actions

    /// What changes users of a connection, with its own credential and the guards of the settings.
    public func actions(
        _ connection: ConnectionSettings, store: SQLiteStore, senders: NetworkSenders
    ) async throws -> ActionRunner {
        let settings = connection.actions
        var own = connection
        own.clientID = settings.clientID
        own.clientSecret = settings.clientSecret
        let snapshot = try await store.currentSnapshot(connection: connection.name)
        let resolvers = try await Self.superUsers(connection.superUsers).reading(store, connection: connection.name)
        let index = snapshot.map { DirectoryIndex($0, superUsers: resolvers) }
        let active = Set((snapshot?.users ?? []).lazy.filter { $0.status == .active }.map(\.id))
        let rules = ActionGuard(
            isOn: settings.isOn, allowed: settings.allowed.map { Set($0) }, perHour: settings.perHour,
            never: settings.never, activeSuperUsers: index?.superUsers.map { $0.userIDs.intersection(active) },
            copiedAt: try await store.state(connection: connection.name)?.directoryReadFrom ?? snapshot?.observedAt)
        return ActionRunner(
            connection: connection.name,
            tenant: OneLoginClient(
                Self.link(own), sender: try Self.sender(connection, of: senders), clock: clock, budgets: budgets),
            journal: store, rules: rules, clock: clock)
    }

    /// Who writes down what policies want done; nil where actions are off, since nobody could approve it.
    private func proposer(
        _ connection: ConnectionSettings, _ book: RuleBook, _ store: SQLiteStore
    ) -> ActionProposer? {
        guard connection.actions.isOn else { return nil }
        return ActionProposer(
            connection: connection.name, book: book, facts: store, journal: store,
            allowed: connection.actions.allowed.map { Set($0) })
    }

    // MARK: The web

    /// The server of health, metrics and event webhooks; nil when the settings name no address.
    public func webServer(store: SQLiteStore, metrics: MonitorMetrics) throws -> WebServer? {
        guard let web = settings.web else { return nil }
        let enricher = try self.enricher()
        let intakes = settings.connections.compactMap { connection -> EventIntake? in
            guard let webhook = connection.eventWebhook, let token = webhook.token else { return nil }
            let entry = EventEntry(
                connection: connection.name, facts: store, enricher: enricher, lateness: connection.lateness,
                clock: clock, metrics: metrics, ledger: store)
            return EventIntake(
                connection: connection.name, header: webhook.header, token: token.reveal(),
                postsPerMinute: webhook.postsPerMinute, take: { try await entry.take($0) })
        }
        return WebServer(
            address: WebServer.Address(host: web.host, port: web.port),
            sources: WebSources(
                readiness: { await metrics.readiness }, metrics: { await metrics.families }),
            listener: intakes.isEmpty ? nil : EventListener(intakes, clock: clock), logger: logger)
    }

    // MARK: The whole

    /// One turn over every connection of the settings.
    ///
    /// - Parameter onProgress: Told how far the copy of a connection, by name, has come.
    public func cycle(
        book: RuleBook, store: SQLiteStore, senders: NetworkSenders, receivers: [any Receiver],
        onProgress: @escaping @Sendable (String, SyncProgress) async -> Void = { _, _ in }
    ) throws -> Cycle {
        let enricher = try self.enricher()
        let connections = try settings.connections.map { connection in
            let sender = try Self.sender(connection, of: senders)
            return Cycle.Connection(
                sync: SyncRunner(
                    connection: connection.name, source: source(connection, sender: sender, enricher: enricher),
                    facts: store, cadence: Self.cadence(connection), ledger: store, clock: clock, logger: logger,
                    onProgress: { [connection] in await onProgress(connection.name, $0) }),
                watch: ConnectionWatch(
                    connection: connection.name, book: book, facts: store, alerts: store, routing: routing,
                    superUsers: Self.superUsers(connection.superUsers), lateness: connection.lateness,
                    enricher: enricher, proposer: proposer(connection, book, store), clock: clock))
        }
        return Cycle(
            connections: connections,
            dispatcher: Dispatcher(outbox: store, receivers: receivers, clock: clock, logger: logger), clock: clock)
    }
}
