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
        /// By connection, in the order of the settings.
        public var connections: [(name: String, sync: SyncOutcome, evaluation: ConnectionWatch.Report)] = []
        public var delivery = Dispatcher.Report()
        /// When the next turn has something to fetch.
        public var nextDue: Timestamp
    }

    let connections: [Connection]
    let dispatcher: Dispatcher
    let clock: any WallClock

    public init(connections: [Connection], dispatcher: Dispatcher, clock: any WallClock) {
        self.connections = connections
        self.dispatcher = dispatcher
        self.clock = clock
    }

    /// Saves what the engines remember, for a quick start: the end of the process needs nothing else.
    public func saveStates() async throws {
        for connection in connections { try await connection.watch.saveState() }
    }

    /// Runs the steps for every connection in turn.
    public func run() async throws -> Report {
        var report = Report(nextDue: .latest)
        for connection in connections {
            let sync = try await connection.sync.runOnce()
            let evaluation = try await connection.watch.evaluate(state: sync.state)
            report.connections.append((connection.sync.connection, sync, evaluation))
            report.nextDue = min(report.nextDue, sync.nextDue)
        }
        report.delivery = try await dispatcher.dispatchDue()
        return report
    }
}
