import Directory
import Timekeeping

/// One staged copy of the directory: page by page into the store, nothing of it current before all of it is there.
struct DirectoryCopy: Sendable {
    /// What came of it.
    struct Result: Sendable {
        var availability: [EntityKind: Availability]
        var failure: SourceFailure?
        var records: Int
        /// Collections that could be read before and are out of reach now.
        var outOfReach: Set<EntityKind> = []
        /// Members of rows that are not known here, by collection.
        var unknownFields: [EntityKind: UnknownFieldCounts] = [:]
        /// What is done for good, should this be interrupted.
        var resume: ResumePoint

        init(_ point: ResumePoint) {
            availability = point.availability
            records = point.records
            resume = point
        }

        /// Rows that could not be read, by collection.
        var unreadable: [EntityKind: Int] { resume.unreadable ?? [:] }
        /// Collections whose walk ended on a page without rows.
        var endedEmpty: Set<EntityKind> { resume.endedEmpty ?? [] }
        /// Collections that were taken over, so that not all their rows were read.
        var carried: Set<EntityKind> { resume.carried ?? [] }
        /// Where to go on; nil when nothing is done yet that is worth keeping.
        var goingOn: ResumePoint? { resume.availability.isEmpty && resume.cursor == nil ? nil : resume }
    }

    /// What of the copy before is taken over.
    struct Carried: Sendable {
        /// Collections between their readings; they are not read at all.
        var kinds: Set<EntityKind> = []
        /// Users, of whom only those changed since a moment are read; nil to list all.
        var users: (records: [User], since: Timestamp)?
    }

    /// Rows of one collection that one copy puts into quarantine; what is beyond it is counted.
    static let quarantineLimit = 1000
    /// Users whose factors are asked for in one query.
    static let usersPerFactorQuery = 100
    private static let kinds: [EntityKind] = [.user, .group, .role, .app, .privilege, .mapping]

    let source: any TenantSource
    let facts: any FactStore
    let connection: String
    let cadence: SyncCadence
    /// The copy before; nil for a first one.
    let before: DirectorySnapshot?
    /// Collections that have been out of reach for so long that they count as not available.
    let givenUp: Set<EntityKind>
    /// Told after every page: the kind, the records so far, the total of the kind where it is known.
    let onPage: @Sendable (EntityKind, Int?, Result) async throws -> Void

    /// Stages every collection; stops at the first that cannot be read to its end.
    ///
    /// - Parameter point: Where to begin: a new generation, or where an interrupted copy stopped.
    func stage(_ point: ResumePoint, carried: Carried) async throws -> Result {
        var result = Result(point)
        for kind in Self.kinds where result.availability[kind] == nil {
            if carried.kinds.contains(kind) {
                try await takeOver(kind, &result)
            } else if kind == .user {
                try await readUsers(carried, &result)
            } else {
                result.resume.unreadable?[kind] = nil
                try await read(EntityQuery(kind), &result)
            }
            if result.failure != nil { return result }
            result.resume.availability = result.availability
            result.resume.kind = nil
            result.resume.cursor = nil
            result.resume.records = result.records
        }
        guard result.availability[.device] == nil else { return result }
        if carried.kinds.contains(.device) {
            try await takeOver(.device, &result)
        } else {
            try await readFactors(&result)
        }
        if result.failure == nil { result.resume.availability = result.availability }
        return result
    }

    /// Takes a collection of the copy before as it is.
    private func takeOver(_ kind: EntityKind, _ result: inout Result) async throws {
        try await facts.stage(before?.entities(kind) ?? [], in: result.resume.generation, connection: connection)
        result.availability[kind] = .complete
        result.resume.carried = result.carried.union([kind])
    }

    private func readUsers(_ carried: Carried, _ result: inout Result) async throws {
        var query = EntityQuery(.user)
        if result.resume.kind == .user, let cursor = result.resume.cursor {
            query.cursor = cursor
        } else if let users = carried.users {
            try await facts.stage(
                users.records.map(Entity.user), in: result.resume.generation, connection: connection)
            result.resume.carried = result.carried.union([.user])
            query.updatedSince = users.since
        }
        try await read(query, &result)
    }

    /// Reads factors user by user, in rising order of ids, so that an interrupted copy goes on after the last.
    private func readFactors(_ result: inout Result) async throws {
        let generation = result.resume.generation
        guard
            try await facts.stagedCount(.user, in: generation, connection: connection) <= cadence.factorUserLimit
        else {
            result.availability[.device] = .notAvailable
            return
        }
        let done = result.resume.factorsReadTo ?? .min
        let users = try await facts.staged(generation, connection: connection).users.map(\.id).sorted()
        var left = users.drop { $0 <= done }
        if left.isEmpty { result.availability[.device] = .complete }
        while let last = left.prefix(Self.usersPerFactorQuery).last {
            let some = Array(left.prefix(Self.usersPerFactorQuery))
            try await read(EntityQuery(.device, userIDs: some), &result)
            guard result.failure == nil, result.availability[.device] == .complete else { return }
            result.resume.factorsReadTo = last
            result.resume.records = result.records
            left = left.dropFirst(some.count)
        }
    }

    /// Reads one query to its last page.
    ///
    /// Only the full list of users can be gone on with in the middle, as its cursor names a place among the ids; the
    /// pages of the other lists shift, so these begin anew.
    private func read(_ query: EntityQuery, _ result: inout Result) async throws {
        var query = query
        let isList = query.kind == .user && query.updatedSince == nil
        var walk = PageWalk("list of \(query.kind.plural)")
        var check = PageCheck(
            query.kind, isWhole: query.cursor == nil && query.updatedSince == nil, isContinued: query.cursor != nil)
        while true {
            let page: EntityPage
            do throws(SourceFailure) {
                page = try await source.entities(query)
            } catch {
                fail(error, query, isFirstPage: check.isAtStart, &result)
                return
            }
            do throws(SourceFailure) {
                if let next = page.next { try walk.advance(to: next) }
                try check.take(page)
                if page.next == nil { try check.finish() }
            } catch {
                // What the pages before brought is in doubt, too.
                result.resume.kind = nil
                result.resume.cursor = nil
                fail(error, query, isFirstPage: check.isAtStart, &result)
                return
            }
            do {
                try await facts.stage(page.entities, in: result.resume.generation, connection: connection)
                try await quarantine(page.unreadable, of: query.kind, &result)
            } catch {
                result.availability[query.kind] = .incomplete
                result.failure = .store(error, attempt: "stage the directory")
                return
            }
            result.records += page.entities.count
            if !page.unknownFields.isEmpty {
                result.unknownFields[query.kind, default: UnknownFieldCounts()].add(page.unknownFields)
            }
            if isList {
                result.resume.kind = .user
                result.resume.cursor = page.next
                result.resume.records = result.records
            }
            try Task.checkCancellation()
            guard let next = page.next else { break }
            query.cursor = next
            try await onPage(query.kind, page.total, result)
        }
        result.availability[query.kind] = .complete
        if check.endedEmpty { result.resume.endedEmpty = result.endedEmpty.union([query.kind]) }
        if query.kind != .device { result.resume.availability[query.kind] = .complete }
        try await onPage(query.kind, nil, result)
    }

    /// Keeps rows that could not be read, so that somebody sees which and why.
    private func quarantine(
        _ records: [UnreadableText], of kind: EntityKind, _ result: inout Result
    ) async throws {
        guard !records.isEmpty else { return }
        let kept = result.unreadable[kind] ?? 0
        result.resume.unreadable = result.unreadable.merging([kind: kept + records.count]) { _, new in new }
        let some = Array(records.prefix(max(0, Self.quarantineLimit - kept)))
        guard !some.isEmpty else { return }
        try await facts.quarantine(
            some, of: kind, connection: connection, at: result.resume.generation.startedAt)
    }

    /// What a failure means for the collection: out of reach from the start, or cut short.
    ///
    /// Without users there is no directory; any other collection may be out of reach and blocks nothing. One that
    /// could be read before makes the copy incomplete, until it has been given up.
    private func fail(
        _ failure: SourceFailure, _ query: EntityQuery, isFirstPage: Bool, _ result: inout Result
    ) {
        let kind = query.kind
        let isOutOfReach = failure.cause == .notAvailable || failure.cause == .scopeMissing
        guard isOutOfReach, isFirstPage, kind != .user else {
            result.availability[kind] = .incomplete
            result.failure = failure
            return
        }
        let hadRecords = before.map { $0.availability(of: kind) == .complete && !$0.entities(kind).isEmpty } ?? false
        guard hadRecords else {
            result.availability[kind] = .notAvailable
            return
        }
        result.outOfReach.insert(kind)
        if givenUp.contains(kind) {
            result.availability[kind] = .notAvailable
        } else {
            result.availability[kind] = .incomplete
            result.failure = failure
        }
    }
}

extension SourceFailure {
    /// The store could not keep what was fetched.
    static func store(_ error: any Error, attempt: String) -> SourceFailure {
        SourceFailure(
            .serverFault, attempt: attempt, answer: "the store refused it: \(error)",
            remedy: "look at the store's disk and permissions")
    }
}
