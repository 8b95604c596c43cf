internal import Directory
internal import GRDB
internal import Timekeeping

/// The moments before which an activity that comes now is late, or too late.
struct LateEdges {
    let late: Timestamp
    let quarantine: Timestamp
    private let completeUntil: Timestamp
    private let limit: TimeSpan

    /// How the reason of every record that came too late begins.
    static let reasonStart = "it came too late"

    /// The edges by the API's cursor; nil before its first poll, when everything is history.
    init?(_ limits: LateLimits, connection: Int64, in database: Database) throws {
        let stored = try Int64.fetchOne(
            database, sql: "SELECT complete_until FROM source_cursors WHERE connection = ? AND source = ?",
            arguments: [connection, ActivitySource.api.rawValue])
        guard let stored else { return nil }
        completeUntil = Timestamp(stored: stored)
        limit = max(limits.quarantine, limits.lateness)
        late = completeUntil - limits.lateness
        quarantine = completeUntil - limit
    }

    /// Keeps an activity that came too late as a record with its reason, unless it is among the activities already.
    ///
    /// - Returns: Whether it was in neither place.
    func quarantine(
        _ activity: Activity, connection: Int64, source: ActivitySource, readUntil: Timestamp, in database: Database
    ) throws -> Bool {
        let known = try Int.fetchOne(
            database.cachedStatement(sql: "SELECT 1 FROM activities WHERE connection = ? AND source = ? AND id = ?"),
            arguments: [connection, source.rawValue, activity.id])
        guard known == nil else { return false }
        let before = database.totalChangesCount
        let reason =
            "\(Self.reasonStart): it happened at \(activity.time.rfc3339), more than \(limit.shortText) before "
            + "\(completeUntil.rfc3339), until when everything was here"
        try QuarantineRows.insert(
            UnreadableText(
                place: "activity \(activity.id)", reason: reason,
                text: try activity.text(.raw) ?? DerivedActivity.text(of: activity)),
            connection: connection, source: source, readUntil: readUntil, into: database)
        return database.totalChangesCount > before
    }
}

/// What is no activity, with its reason.
enum QuarantineRows {
    static func insert(
        _ record: UnreadableText, connection: Int64, source: ActivitySource, readUntil: Timestamp,
        into database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO quarantine (connection, source, read_until, place, reason, text)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (connection, source, text) DO NOTHING
                """,
            arguments: [connection, source.rawValue, readUntil.stored, record.place, record.reason, record.text])
    }
}
