import Directory

/// What the pages of one collection must not do: come again, end early, or change their count on the way.
///
/// A page that fails it makes the collection incomplete, so nothing that is missing is taken for deleted.
struct PageCheck: Sendable {
    let kind: EntityKind
    let attempt: String
    private let isWhole: Bool
    private let isContinued: Bool
    private var seen = SeenRecords()
    private var total: Int?
    private var pages = 0
    /// Rows of the last page.
    private var lastRows = 0
    private var unreadable = 0

    /// - Parameters:
    ///   - isWhole: Whether the walk begins at the first page and wants every row, so that it can be counted.
    ///   - isContinued: Whether it goes on where an earlier walk stopped.
    init(_ kind: EntityKind, isWhole: Bool, isContinued: Bool = false) {
        self.kind = kind
        self.isWhole = isWhole
        self.isContinued = isContinued
        attempt = "list of \(kind.plural)"
    }

    /// Whether no page has been taken yet.
    var isAtStart: Bool { pages == 0 }

    /// Whether a walk of more than one page ended on a page without rows: cut short, or the list's exact end.
    var endedEmpty: Bool { (pages > 1 || isContinued && pages > 0) && lastRows == 0 }

    /// Takes a page in.
    ///
    /// - Throws: ``SourceFailure`` for a page without anything new before the end, and a total that changed.
    mutating func take(_ page: EntityPage) throws(SourceFailure) {
        pages += 1
        lastRows = page.entities.count + page.unreadable.count
        unreadable += page.unreadable.count
        let before = seen.count
        for entity in page.entities { seen.insert(entity.id) }
        if lastRows == 0, page.next != nil { throw failure("a page in the middle has no rows") }
        if pages > 1, !page.entities.isEmpty, seen.count == before {
            throw failure("a page has only rows of pages before it")
        }
        guard isCounted, let now = page.total else { return }
        if let total, total != now { throw failure("the total changed from \(total) to \(now) on the way") }
        total = now
    }

    /// Looks at the whole when there is no further page.
    func finish() throws(SourceFailure) {
        guard isCounted, let total, seen.count + unreadable < total else { return }
        throw failure("\(seen.count + unreadable) of \(total) rows came")
    }

    /// Users have no total of their own list, and factors are asked user by user.
    private var isCounted: Bool { isWhole && kind != .user && kind != .device }

    private func failure(_ answer: String) -> SourceFailure {
        SourceFailure(
            .malformedAnswer, attempt: attempt, answer: answer,
            remedy: "nothing is lost: the copy before stands, and the next sync begins anew")
    }
}

extension EntityKind {
    /// The word for many of it.
    var plural: String { self == .device ? "factors" : rawValue + "s" }
}
