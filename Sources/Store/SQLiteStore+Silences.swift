public import Alerting
internal import GRDB
public import Timekeeping

extension SQLiteStore: SilenceStore {
    public func keep(_ silence: Silence) async throws {
        let scope = silence.scope
        try await write(.full) { database in
            try database.execute(
                sql: """
                    INSERT INTO silences
                        (id, connection, policy, rule, key_id, severity_limit, from_at, until_at, body)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET until_at = excluded.until_at, body = excluded.body
                    """,
                arguments: [
                    silence.id, scope.connection, scope.policy, scope.rule, scope.keyID, scope.severityLimit?.rank,
                    silence.from.stored, silence.until.stored, try BodyEncoder().text(of: silence),
                ])
        }
    }

    public func silence(id: String) async throws -> Silence? {
        try await read { try SilenceRows.fetch($0, sql: "WHERE id = ?", arguments: [id]).first }
    }

    public func silences(endingAfter moment: Timestamp) async throws -> [Silence] {
        try await read { database in
            try SilenceRows.fetch(
                database, sql: "WHERE until_at > ? ORDER BY until_at DESC, id", arguments: [moment.stored])
        }
    }

    public func silencedAlerts(at moment: Timestamp) async throws -> Set<String> {
        try await read { database in
            try String.fetchSet(
                database,
                sql: """
                    SELECT alert.id FROM silences AS silence, alerts AS alert
                    WHERE \(SilenceRows.holds) AND alert.status <> 'resolved'
                        AND \(SilenceRows.covers)
                    """, arguments: ["moment": moment.stored])
        }
    }

    public func silences(ofAlert alertID: String) async throws -> [Silence] {
        try await read { database in
            try SilenceRows.fetch(
                database,
                sql: """
                    AS silence WHERE EXISTS (
                        SELECT 1 FROM alerts AS alert WHERE alert.id = :alert AND \(SilenceRows.covers)
                            AND silence.until_at > coalesce(alert.opened_at, alert.first_seen_at)
                            AND silence.from_at < coalesce(alert.resolved_at, silence.until_at))
                    OR EXISTS (SELECT 1 FROM silenced_notices WHERE alert_id = :alert AND silence = silence.id)
                    ORDER BY from_at, id
                    """, arguments: ["alert": alertID])
        }
    }
}

/// Silences as rows, and which notices they keep.
enum SilenceRows {
    /// Whether `silence` is about `alert`.
    static let covers = """
        (silence.connection IS NULL OR silence.connection = alert.connection)
        AND (silence.policy IS NULL OR silence.policy = alert.policy)
        AND (silence.rule IS NULL OR silence.rule = alert.rule)
        AND (silence.key_id IS NULL OR silence.key_id = alert.key_id)
        AND (silence.severity_limit IS NULL OR alert.severity <= silence.severity_limit)
        """

    /// Whether `silence` holds at `:moment`.
    static let holds = "silence.from_at <= :moment AND silence.until_at > :moment"

    /// Whether `notice` is news of an end whose beginning its receiver was told: no silence holds that back.
    static let isAwaitedEnd = """
        EXISTS (
            SELECT 1 FROM alert_transitions AS step WHERE step.alert_id = notice.alert_id
                AND step.sequence = notice.sequence AND step.kind = 'resolved')
        AND EXISTS (
            SELECT 1 FROM notices AS told WHERE told.alert_id = notice.alert_id AND told.receiver = notice.receiver
                AND told.sequence < notice.sequence AND (told.state = 'delivered' OR told.attempts > 0))
        """

    /// Whether `notice` must wait at `:moment`.
    static let isHeld = """
        (EXISTS (
            SELECT 1 FROM silences AS silence JOIN alerts AS alert ON alert.id = notice.alert_id
            WHERE \(holds) AND \(covers))
        AND NOT (\(isAwaitedEnd)))
        """

    /// Whether what `notice` tells came and went while `silence` held; nobody tried to tell it.
    static let isOver = """
        notice.state = 'waiting' AND notice.attempts = 0 AND alert.status = 'resolved'
        AND silence.from_at <= :moment AND silence.until_at > notice.due_at AND \(covers)
        AND silence.from_at <= max(
            alert.resolved_at, (SELECT max(due_at) FROM notices AS other WHERE other.alert_id = alert.id))
        AND NOT (\(isAwaitedEnd))
        """

    static func fetch(_ database: Database, sql: String, arguments: StatementArguments) throws -> [Silence] {
        let decoder = BodyDecoder()
        return try Row.fetchAll(database, sql: "SELECT id, body FROM silences \(sql)", arguments: arguments).map {
            try decoder.value(Silence.self, from: $0[1], table: "silences", key: $0[0])
        }
    }

    /// Takes notices out of the outbox that tell of nothing any more, and notes for which silence.
    static func dropOver(at moment: Timestamp, in database: Database) throws -> Int {
        try database.execute(
            sql: """
                INSERT INTO silenced_notices (id, receiver, alert_id, sequence, silence)
                SELECT notice.id, notice.receiver, notice.alert_id, notice.sequence, min(silence.id)
                FROM notices AS notice JOIN alerts AS alert ON alert.id = notice.alert_id, silences AS silence
                WHERE \(isOver) GROUP BY notice.id
                """, arguments: ["moment": moment.stored])
        let count = database.changesCount
        try database.execute(
            sql: """
                DELETE FROM notices WHERE state = 'waiting' AND attempts = 0
                    AND id IN (SELECT id FROM silenced_notices)
                """)
        return count
    }

    /// Whether ``dropOver(at:in:)`` would find something.
    static func hasOver(at moment: Timestamp, in database: Database) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM silences AS silence, notices AS notice
                    JOIN alerts AS alert ON alert.id = notice.alert_id WHERE \(isOver))
                """, arguments: ["moment": moment.stored]) ?? false
    }
}
