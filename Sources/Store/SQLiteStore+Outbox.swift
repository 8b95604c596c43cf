public import Alerting
internal import GRDB
public import Timekeeping

extension SQLiteStore: Outbox {
    public func due(receiver: String, at moment: Timestamp, limit: Int) async throws -> [WaitingNotice] {
        try await read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT \(OutboxRows.columns), notice.attempts, notice.due_at \(OutboxRows.source)
                    LEFT JOIN receiver_states AS state ON state.receiver = notice.receiver
                    WHERE notice.receiver = :receiver AND notice.state = 'waiting' AND notice.due_at <= :moment
                        AND state.disabled_reason IS NULL AND coalesce(state.paused_until, :moment) <= :moment
                        AND \(OutboxRows.isFirstOfKey) AND NOT \(SilenceRows.isHeld)
                    ORDER BY notice.due_at, notice.position LIMIT :limit
                    """, arguments: ["receiver": receiver, "moment": moment.stored, "limit": max(0, limit)])
            let decoder = BodyDecoder()
            return try rows.map { row in
                WaitingNotice(
                    notice: try OutboxRows.notice(row, decoder), attempts: row[3], dueAt: Timestamp(stored: row[4]))
            }
        }
    }

    public func nextDue(receivers: [String], at moment: Timestamp) async throws -> Timestamp? {
        try await read { database in
            let marks = receivers.indices.map { ":receiver\($0)" }
            var arguments: StatementArguments = ["moment": moment.stored]
            for (place, receiver) in receivers.enumerated() { arguments += ["receiver\(place)": receiver] }
            let next = try Int64.fetchOne(
                database,
                sql: """
                    SELECT min(max(notice.due_at, coalesce(state.paused_until, notice.due_at))) FROM notices AS notice
                    LEFT JOIN receiver_states AS state ON state.receiver = notice.receiver
                    WHERE notice.receiver IN (\(marks.joined(separator: ", ")))
                        AND notice.state = 'waiting' AND state.disabled_reason IS NULL
                        AND \(OutboxRows.isFirstOfKey) AND NOT \(SilenceRows.isHeld)
                    """, arguments: arguments)
            return next.map(Timestamp.init(stored:))
        }
    }

    public func dropSilenced(at moment: Timestamp) async throws -> Int {
        // Mostly there is nothing, and a look does not wait for whoever writes.
        guard try await read({ try SilenceRows.hasOver(at: moment, in: $0) }) else { return 0 }
        return try await write(.full) { try SilenceRows.dropOver(at: moment, in: $0) }
    }

    public func waitingCounts() async throws -> [String: Int] {
        try await read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT receiver, count(*) FROM notices WHERE state = 'waiting' GROUP BY receiver")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as Int) })
        }
    }

    public func record(_ attempt: DeliveryAttempt, of noticeID: String, then step: DeliveryStep) async throws {
        try await write(.full) { database in
            try database.execute(
                sql: "INSERT INTO deliveries (notice_id, number, at, status, outcome) VALUES (?, ?, ?, ?, ?)",
                arguments: [noticeID, attempt.number, attempt.at.stored, attempt.status, attempt.outcome])
            switch step {
            case .delivered:
                try OutboxRows.finish(noticeID, state: .delivered, in: database)
            case .retry(let moment, let pausedUntil):
                try database.execute(
                    sql: "UPDATE notices SET attempts = ?, due_at = ? WHERE id = ? AND state = 'waiting'",
                    arguments: [attempt.number, moment.stored, noticeID])
                if let pausedUntil { try OutboxRows.pause(noticeID, until: pausedUntil, in: database) }
            case .deadLetter(let reason):
                try OutboxRows.bury(noticeID, at: attempt.at, reason: reason, in: database)
            case .disable(let reason):
                try OutboxRows.bury(noticeID, at: attempt.at, reason: reason, in: database)
                try database.execute(
                    sql: """
                        INSERT INTO receiver_states (receiver, disabled_reason)
                        SELECT receiver, ? FROM notices WHERE id = ?
                        ON CONFLICT (receiver) DO UPDATE SET disabled_reason = excluded.disabled_reason
                        """, arguments: [reason, noticeID])
            }
        }
    }

    public func attempts(noticeID: String) async throws -> [DeliveryAttempt] {
        try await read { try OutboxRows.attempts(noticeID, in: $0) }
    }

    public func deliveries(alertID: String) async throws -> [DeliveryRecord] {
        try await read { database in
            let decoder = BodyDecoder()
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT \(OutboxRows.columns), notice.state, notice.sequence, notice.position \(OutboxRows.source)
                    WHERE notice.alert_id = :alert
                    UNION ALL
                    SELECT \(OutboxRows.columns), 'silenced', notice.sequence, 0
                    \(OutboxRows.source(of: "silenced_notices"))
                    WHERE notice.alert_id = :alert ORDER BY 5, 6, 2
                    """, arguments: ["alert": alertID]
            ).map { row in
                let notice = try OutboxRows.notice(row, decoder)
                return DeliveryRecord(
                    notice: notice, state: DeliveryRecord.State(rawValue: row[3]) ?? .waiting,
                    attempts: try OutboxRows.attempts(notice.id, in: database))
            }
        }
    }

    public func deadLetters(limit: Int) async throws -> [DeadLetter] {
        try await read { database in
            let decoder = BodyDecoder()
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT \(OutboxRows.columns), letter.at, letter.reason \(OutboxRows.source)
                    JOIN dead_letters AS letter ON letter.notice_id = notice.id
                    ORDER BY letter.at DESC, notice.position DESC LIMIT ?
                    """, arguments: [max(0, limit)]
            ).map { row in
                DeadLetter(
                    notice: try OutboxRows.notice(row, decoder), at: Timestamp(stored: row[3]), reason: row[4])
            }
        }
    }

    public func redeliver(noticeID: String, at moment: Timestamp) async throws -> Bool {
        try await write(.full) { database in
            try database.execute(sql: "DELETE FROM dead_letters WHERE notice_id = ?", arguments: [noticeID])
            guard database.changesCount > 0 else { return false }
            try database.execute(
                sql: "UPDATE notices SET state = 'waiting', attempts = 0, due_at = ? WHERE id = ?",
                arguments: [moment.stored, noticeID])
            return true
        }
    }

    public func disabledReceivers() async throws -> [String: String] {
        try await read { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT receiver, disabled_reason FROM receiver_states WHERE disabled_reason IS NOT NULL")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as String) })
        }
    }

    public func enable(receiver: String) async throws {
        try await write(.full) { database in
            try database.execute(sql: "DELETE FROM receiver_states WHERE receiver = ?", arguments: [receiver])
        }
    }
}

/// Notices and their deliveries as rows.
enum OutboxRows {
    /// What ``notice(_:_:)`` reads, to be selected first.
    static let columns = "notice.id, notice.receiver, step.body"
    static let source = source(of: "notices")

    static func source(of table: String) -> String {
        """
        FROM \(table) AS notice
        JOIN alert_transitions AS step ON step.alert_id = notice.alert_id AND step.sequence = notice.sequence
        """
    }

    static let isFirstOfKey = """
        NOT EXISTS (
            SELECT 1 FROM notices AS earlier
            WHERE earlier.receiver = notice.receiver AND earlier.key_id = notice.key_id
                AND earlier.state = 'waiting' AND earlier.position < notice.position)
        """

    static func notice(_ row: Row, _ decoder: BodyDecoder) throws -> Notice {
        let transition = try decoder.value(Transition.self, from: row[2], table: "alert_transitions", key: row[0])
        return Notice(transition, receiver: row[1])
    }

    static func insert(_ notices: [Notice], at moment: Timestamp, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO notices (id, receiver, key_id, alert_id, sequence, state, due_at)
                SELECT ?1, ?2, ?3, ?4, ?5, 'waiting', ?6
                WHERE NOT EXISTS (SELECT 1 FROM silenced_notices WHERE id = ?1) ON CONFLICT (id) DO NOTHING
                """)
        for notice in notices {
            let alert = notice.transition.alert
            statement.setUncheckedArguments([
                notice.id, notice.receiver, notice.keyID, alert.id, alert.sequence, moment.stored,
            ])
            try statement.execute()
        }
    }

    static func attempts(_ noticeID: String, in database: Database) throws -> [DeliveryAttempt] {
        try Row.fetchAll(
            database, sql: "SELECT number, at, status, outcome FROM deliveries WHERE notice_id = ? ORDER BY id",
            arguments: [noticeID]
        ).map { DeliveryAttempt(number: $0[0], at: Timestamp(stored: $0[1]), status: $0[2], outcome: $0[3]) }
    }

    static func finish(_ noticeID: String, state: DeliveryRecord.State, in database: Database) throws {
        try database.execute(
            sql: "UPDATE notices SET state = ?, attempts = attempts + 1 WHERE id = ? AND state = 'waiting'",
            arguments: [state.rawValue, noticeID])
    }

    static func bury(_ noticeID: String, at moment: Timestamp, reason: String, in database: Database) throws {
        try finish(noticeID, state: .dead, in: database)
        guard database.changesCount > 0 else { return }
        try database.execute(
            sql: "INSERT INTO dead_letters (notice_id, at, reason) VALUES (?, ?, ?)",
            arguments: [noticeID, moment.stored, reason])
    }

    static func pause(_ noticeID: String, until moment: Timestamp, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO receiver_states (receiver, paused_until) SELECT receiver, ? FROM notices WHERE id = ?
                ON CONFLICT (receiver) DO UPDATE
                SET paused_until = max(coalesce(paused_until, 0), excluded.paused_until)
                """, arguments: [moment.stored, noticeID])
    }
}
