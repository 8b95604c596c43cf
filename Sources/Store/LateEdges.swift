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

/// What could not be read, with its reason.
enum QuarantineRows {
    /// How the source of a row of the directory begins; its collection follows.
    private static let directory = "directory."

    static func insert(
        _ record: UnreadableText, connection: Int64, source: ActivitySource, readUntil: Timestamp,
        into database: Database
    ) throws {
        try insert(
            record, from: source.rawValue, connection: connection, at: readUntil, ifHere: "DO NOTHING", into: database)
    }

    /// Keeps a row of the directory; one that is here came again with a later copy.
    static func insert(
        _ record: UnreadableText, of kind: EntityKind, connection: Int64, copyBegan moment: Timestamp,
        into database: Database
    ) throws {
        try insert(
            record, from: directory + kind.rawValue, connection: connection, at: moment,
            ifHere: "DO UPDATE SET read_until = excluded.read_until, place = excluded.place, reason = excluded.reason",
            into: database)
    }

    /// - Parameter conflict: What becomes of the same text of the same source that is here already.
    private static func insert(
        _ record: UnreadableText, from source: String, connection: Int64, at moment: Timestamp,
        ifHere conflict: String, into database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO quarantine (connection, source, read_until, place, reason, text)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (connection, source, text) \(conflict)
                """,
            arguments: [connection, source, moment.stored, record.place, record.reason, record.text])
    }

    /// What a stored source says: the feed, and the collection for a row of the directory.
    static func source(_ text: String) -> (feed: ActivitySource, kind: EntityKind?) {
        guard text.hasPrefix(directory) else { return (ActivitySource(rawValue: text) ?? .api, nil) }
        return (.api, EntityKind(rawValue: String(text.dropFirst(directory.count))))
    }
}
