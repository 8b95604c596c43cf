import Directory

/// A tenant source whose activities come with what is known of their addresses.
///
/// Enrichment happens before the facts are stored, so that replay sees what the first evaluation saw (law 1).
struct EnrichedSource: TenantSource {
    let source: any TenantSource
    let enricher: any ActivityEnricher

    func entities(_ query: EntityQuery) async throws(SourceFailure) -> EntityPage {
        try await source.entities(query)
    }

    func activities(_ query: ActivityQuery) async throws(SourceFailure) -> ActivityPage {
        let page = try await source.activities(query)
        enricher.enrich(page.batch, rows: 0..<page.batch.count)
        return page
    }

    func testConnection() async -> ConnectionTest { await source.testConnection() }

    func health() async -> SourceHealth { await source.health() }

    func eventTypeNames() async throws(SourceFailure) -> [Int64: String] { try await source.eventTypeNames() }
}

extension Optional where Wrapped == any ActivityEnricher {
    /// The fields that nothing can fill: rules that read them do not know, instead of finding nothing.
    var missing: Set<ActivityField> { ActivityField.enriched.subtracting(self?.fields ?? []) }
}
