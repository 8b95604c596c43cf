import Alerting
public import Delivery
public import Sync
public import Timekeeping

/// One turn of the monitor: sync, evaluate, apply, deliver.
///
/// Start reading here.
/// Each step commits before the next begins, so the process may end between any two: what was fetched is not fetched
/// again, what was found is not found twice, and what was not delivered waits in the outbox.
public struct Cycle: Sendable {
    /// One connection and the two who serve it.
    public struct Connection: Sendable {
        let sync: SyncRunner
        let watch: ConnectionWatch

        public init(sync: SyncRunner, watch: ConnectionWatch) {
            self.sync = sync
            self.watch = watch
        }
    }

    /// What one turn did.
    public struct Report: Sendable {
        /// By connection, in the order of the settings; several of one that was also judged while a copy was made.
        public var connections: [(name: String, sync: SyncOutcome, evaluation: ConnectionWatch.Report)] = []
        public var delivery = Dispatcher.Report()
        /// When the next turn has something to fetch.
        public var nextDue = Timestamp.latest

        mutating func add(_ other: Report) {
            connections += other.connections
            delivery.add(other.delivery)
            nextDue = min(nextDue, other.nextDue)
        }
    }

    let connections: [Connection]
    let dispatcher: Dispatcher
    let clock: any WallClock

    public init(connections: [Connection], dispatcher: Dispatcher, clock: any WallClock) {
        self.connections = connections
        self.dispatcher = dispatcher
        self.clock = clock
    }

    /// Ends what is fetched at the next page; for good.
    func stop() {
        for connection in connections { connection.sync.stop() }
    }

    /// Saves what the engines remember, for a quick start: the end of the process needs nothing else.
    public func saveStates() async throws {
        for connection in connections { try await connection.watch.saveState() }
    }

    /// Runs the steps once for every connection, side by side: none waits for another's pages.
    ///
    /// - Throws: The first error, in the order of the settings, when every connection is done.
    public func run() async throws -> Report {
        let parts = await withTaskGroup(of: (place: Int, result: Result<Report, any Error>).self) { group in
            for (place, connection) in connections.enumerated() {
                group.addTask {
                    do {
                        return (place, .success(try await turn(of: connection)))
                    } catch {
                        return (place, .failure(error))
                    }
                }
            }
            var parts: [(place: Int, result: Result<Report, any Error>)] = []
            for await part in group { parts.append(part) }
            return parts.sorted { $0.place < $1.place }
        }
        var report = Report()
        for part in parts { report.add(try part.result.get()) }
        if connections.isEmpty { report.delivery = try await dispatcher.dispatchDue() }
        return report
    }

    /// Runs the steps for one connection.
    ///
    /// Activities that come while a long copy is made are judged and told of at once, and the rest when it is done;
    /// after a stop at the next start.
    ///
    /// - Parameter onPart: Told of each such part; what it is told is in the report as well.
    func turn(
        of connection: Connection, onPart: @escaping @Sendable (Report) async -> Void = { _ in }
    ) async throws -> Report {
        let parts = ReportParts()
        let sync = try await connection.sync.runOnce { outcome in
            let part = try await judge(connection, outcome)
            await parts.add(part)
            await onPart(part)
        }
        var report = await parts.all
        guard !sync.wasStopped else { return report }
        var last = try await judge(connection, sync)
        last.nextDue = sync.nextDue
        report.add(last)
        await onPart(last)
        return report
    }

    private func judge(_ connection: Connection, _ sync: SyncOutcome) async throws -> Report {
        let evaluation = try await Patience(clock: clock).cancel {
            try await connection.watch.evaluate(state: sync.state)
        }
        var report = Report()
        report.connections = [(connection.sync.connection, sync, evaluation)]
        report.delivery = try await dispatcher.dispatchDue()
        return report
    }
}

/// Gathers what is reported on the way.
private actor ReportParts {
    private(set) var all = Cycle.Report()

    func add(_ part: Cycle.Report) { all.add(part) }
}
