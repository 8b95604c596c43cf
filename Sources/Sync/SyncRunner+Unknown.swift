import Directory
import Logging
import Timekeeping

/// What came and is not known here: types of events, and members of records.
extension SyncRunner {
    /// Keeps members that are not known here, so that somebody sees them.
    func count(unknownFields: UnknownFieldCounts, of collection: String, at now: Timestamp) async throws {
        guard !unknownFields.isEmpty else { return }
        try await ledger?.count(unknownFields: unknownFields, of: collection, at: now, connection: connection)
    }

    /// The types that are not known here, with the source's names for them where it has some.
    func namedUnknownTypes() async throws -> [UnknownEventType] {
        guard let ledger else { return [] }
        let known = try await ledger.unknownEventTypes(connection: connection)
        guard known.contains(where: { $0.name == nil }) else { return known }
        let names: [Int64: String]
        do throws(SourceFailure) {
            names = try await source.eventTypeNames()
        } catch {
            logger.debug("names of event types could not be read", metadata: ["answer": "\(error.answer)"])
            return known
        }
        let news = known.filter { $0.name == nil }.compactMap { type in names[type.typeID].map { (type.typeID, $0) } }
        guard !news.isEmpty else { return known }
        try await ledger.name(eventTypes: Dictionary(news) { first, _ in first }, connection: connection)
        return try await ledger.unknownEventTypes(connection: connection)
    }
}
