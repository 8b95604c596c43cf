import Directory

/// Watches over a walk from page to page: a cursor that comes again, or pages without end, are the source's fault.
struct PageWalk: Sendable {
    /// Pages that one walk may have: 50 rows each, so 5 million rows.
    static let pageLimit = 100_000

    let attempt: String
    private var seen: Set<String> = []

    init(_ attempt: String) { self.attempt = attempt }

    /// Takes the cursor of the page to come.
    ///
    /// - Throws: ``SourceFailure`` when the walk goes round in circles or past the limit.
    mutating func advance(to cursor: String) throws(SourceFailure) {
        guard seen.insert(cursor).inserted else {
            throw SourceFailure(
                .malformedAnswer, attempt: attempt, answer: "the same page cursor came twice",
                remedy: "nothing is lost; the next sync begins anew. Report it to OneLogin if it stays")
        }
        guard seen.count < Self.pageLimit else {
            throw SourceFailure(
                .malformedAnswer, attempt: attempt, answer: "more than \(Self.pageLimit) pages",
                remedy: "nothing is lost; report it, no tenant is known to be that large")
        }
    }
}
