/// The wire form a record has.
public enum ActivityShape: String, Hashable, Sendable, Codable {
    /// A row of the events API: numeric `id`, `created_at`.
    case api
    /// A record of an event webhook or a SIEM feed: `uuid`, `event_timestamp`, wrapped in `event` or not.
    case webhook
    /// Our own names: what snapshot comparison derives.
    case derived
}

/// Why a record could not be read; it goes to quarantine with this.
public struct UnreadableRecord: Error, Hashable, Sendable {
    /// What is wrong, as a clause: "`created_at` is no time: `yesterday`".
    public let reason: String
    /// The byte of the record's text where reading stopped.
    public let offset: Int

    public init(reason: String, offset: Int = 0) {
        self.reason = reason
        self.offset = offset
    }
}

/// Reads wire records into batches.
///
/// OneLogin implements it, so that nobody else knows wire shapes.
public protocol ActivityDecoder: Sendable {
    /// Appends the activity that one JSON object holds; the shape is told from its keys.
    ///
    /// - Parameters:
    ///   - record: The text of one JSON object, which outlives the batch or is retained by it.
    ///   - batch: Must not be full; unchanged when this throws.
    ///   - source: `api`, `webhook` or `file`, for `ActivityField.observedBy`.
    func decode(
        _ record: UnsafeRawBufferPointer, into batch: ActivityBatch, source: ActivitySource
    ) throws(UnreadableRecord)
}

/// Which way an activity came here.
public enum ActivitySource: String, Hashable, Sendable, Codable, CaseIterable {
    case api, webhook, file, snapshot, rule
}

/// Adds what is known of an address: country, position, network.
public protocol ActivityEnricher: Sendable {
    /// What it can fill, given what it was made from.
    var fields: Set<ActivityField> { get }
    /// Fills the enrichment fields of rows that have an `ip`.
    func enrich(_ batch: ActivityBatch, rows: Range<Int>)
}
