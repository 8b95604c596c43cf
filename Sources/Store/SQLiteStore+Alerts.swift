public import Alerting
internal import GRDB
public import Timekeeping

extension SQLiteStore: AlertStore {
    public func liveAlerts(connection: String, resolvedSince moment: Timestamp) async throws -> [Alert] {
        try await read { database in
            try AlertRows.fetch(
                database,
                sql: """
                    WHERE connection = ? AND (status IN ('pending', 'open') OR status = 'resolved' AND resolved_at >= ?)
                    ORDER BY last_seen_at, id
                    """, arguments: [connection, moment.stored])
        }
    }

    public func apply(
        _ changes: AlertChanges, notices: [Notice], progress: EngineProgress?, at moment: Timestamp
    ) async throws {
        try await write(.full) { database in
            try AlertRows.upsert(changes.alerts, in: database)
            try AlertRows.insert(changes.transitions, in: database)
            try OutboxRows.insert(notices, at: moment, in: database)
            if let progress { try ProgressRows.upsert(progress, in: database) }
        }
    }

    public func progress(connection: String) async throws -> EngineProgress? {
        try await read { try ProgressRows.fetch($0, connection: connection) }
    }

    public func keep(_ state: EngineState) async throws {
        try await write(.normal) { try EngineStateRows.replace(state, in: $0) }
    }

    public func engineState(connection: String, ruleBookDigest digest: String) async throws -> EngineState? {
        try await read { try EngineStateRows.fetch($0, connection: connection, ruleBookDigest: digest) }
    }

    public func activate(
        _ bindings: [BindingVersion], at moment: Timestamp
    ) async throws -> [BindingVersion: Timestamp] {
        try await write(.full) { database in
            var active: [BindingVersion: Timestamp] = [:]
            let insertion = try database.cachedStatement(
                sql: """
                    INSERT INTO binding_activations (connection, policy, rule, digest, active_from)
                    VALUES (?, ?, ?, ?, ?) ON CONFLICT (connection, policy, rule, digest) DO NOTHING
                    """)
            let selection = try database.cachedStatement(
                sql: """
                    SELECT active_from FROM binding_activations
                    WHERE connection = ? AND policy = ? AND rule = ? AND digest = ?
                    """)
            for version in bindings {
                let binding = version.binding
                let key: StatementArguments = [binding.connection, binding.policy, binding.rule, version.digest]
                try insertion.execute(arguments: key + [moment.stored])
                if let stored = try Int64.fetchOne(selection, arguments: key) {
                    active[version] = Timestamp(stored: stored)
                }
            }
            return active
        }
    }

    public func alerts(_ query: AlertQuery) async throws -> [Alert] {
        try await read { database in
            var conditions = ["severity >= ?", "NOT (status = 'resolved' AND opened_at IS NULL)"]
            var arguments: StatementArguments = [query.minimumSeverity.rank]
            func add(_ condition: String, _ values: StatementArguments) {
                conditions.append(condition)
                arguments += values
            }
            if !query.statuses.isEmpty {
                let names = query.statuses.map(\.rawValue).sorted()
                add("status IN (\(databaseQuestionMarks(count: names.count)))", StatementArguments(names))
            }
            if let connection = query.connection { add("connection = ?", [connection]) }
            if let policy = query.policy { add("policy = ?", [policy]) }
            if let rule = query.rule { add("rule = ?", [rule]) }
            if let since = query.since {
                add(
                    "(first_seen_at >= ? OR opened_at >= ? OR resolved_at >= ?)",
                    [since.stored, since.stored, since.stored])
            }
            return try AlertRows.fetch(
                database,
                sql: "WHERE \(conditions.joined(separator: " AND ")) ORDER BY last_seen_at DESC, id LIMIT ?",
                arguments: arguments + [max(0, query.limit)])
        }
    }

    public func alert(id: String) async throws -> Alert? {
        try await read { try AlertRows.fetch($0, sql: "WHERE id = ?", arguments: [id]).first }
    }

    public func transitions(alertID: String) async throws -> [Transition] {
        try await read { database in
            let decoder = BodyDecoder()
            return try Row.fetchAll(
                database, sql: "SELECT sequence, body FROM alert_transitions WHERE alert_id = ? ORDER BY sequence",
                arguments: [alertID]
            ).map { row in
                try decoder.value(
                    Transition.self, from: row[1], table: "alert_transitions",
                    key: "\(alertID) \(row[0] as Int)")
            }
        }
    }

    public func acknowledge(alertID: String, _ acknowledgement: Alert.Acknowledgement) async throws -> Bool {
        try await write(.full) { database in
            try database.execute(
                sql: """
                    UPDATE alerts SET acknowledged_by = ?, acknowledged_at = ?, acknowledged_comment = ? WHERE id = ?
                    """,
                arguments: [acknowledgement.by, acknowledgement.at.stored, acknowledgement.comment, alertID])
            return database.changesCount > 0
        }
    }
}

/// Alerts and their transitions as rows.
enum AlertRows {
    /// Alerts by the rest of a statement, from its `WHERE` on.
    static func fetch(_ database: Database, sql: String, arguments: StatementArguments) throws -> [Alert] {
        let decoder = BodyDecoder()
        return try Row.fetchAll(
            database,
            sql: """
                SELECT id, body, acknowledged_by, acknowledged_at, acknowledged_comment FROM alerts \(sql)
                """, arguments: arguments
        ).map { row in
            var alert = try decoder.value(Alert.self, from: row[1], table: "alerts", key: row[0])
            alert.acknowledgement = (row[2] as String?).map {
                Alert.Acknowledgement(by: $0, at: Timestamp(stored: row[3] ?? 0), comment: row[4] ?? "")
            }
            return alert
        }
    }

    /// Keeps alerts that are new or have gone on; what people set stays, and so does what a replay brings again.
    static func upsert(_ alerts: [Alert], in database: Database) throws {
        let encoder = BodyEncoder()
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO alerts (id, connection, policy, rule, key_id, status, severity, first_seen_at,
                    last_seen_at, opened_at, resolved_at, sequence, finding_count, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET status = excluded.status, severity = excluded.severity,
                    last_seen_at = excluded.last_seen_at, opened_at = excluded.opened_at,
                    resolved_at = excluded.resolved_at, sequence = excluded.sequence,
                    finding_count = excluded.finding_count, body = excluded.body
                WHERE (excluded.sequence, excluded.finding_count) > (alerts.sequence, alerts.finding_count)
                """)
        for var alert in alerts {
            alert.acknowledgement = nil
            let binding = alert.binding
            statement.setUncheckedArguments([
                alert.id, binding.connection, binding.policy, binding.rule, alert.dedupKey.keyID,
                alert.status.rawValue, alert.severity.rank, alert.firstSeenAt.stored, alert.lastSeenAt.stored,
                alert.openedAt?.stored, alert.resolvedAt?.stored, alert.sequence, alert.findingCount,
                try encoder.text(of: alert),
            ])
            try statement.execute()
        }
    }

    static func insert(_ transitions: [Transition], in database: Database) throws {
        let encoder = BodyEncoder()
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO alert_transitions (alert_id, sequence, kind, at, body) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (alert_id, sequence) DO NOTHING
                """)
        for transition in transitions {
            statement.setUncheckedArguments([
                transition.alert.id, transition.alert.sequence, transition.kind.rawValue, transition.at.stored,
                try encoder.text(of: transition),
            ])
            try statement.execute()
        }
    }
}
