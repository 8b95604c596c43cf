import Directory
import Timekeeping

/// One staged copy of the directory: page by page into the store, nothing of it current before all of it is there.
struct DirectoryCopy: Sendable {
    /// What came of it.
    struct Result: Sendable {
        var availability: [EntityKind: Availability] = [:]
        var failure: SourceFailure?
        /// Rows that could not be read, by collection.
        var unreadable: [EntityKind: Int] = [:]
        var records = 0
        /// Collections that could be read before and are out of reach now.
        var outOfReach: Set<EntityKind> = []
        /// Collections whose walk ended on a page without rows.
        var endedEmpty: Set<EntityKind> = []
        /// Where to go on when this was interrupted.
        var resume: ResumePoint
    }

    /// What of the copy before is taken over.
    struct Carried: Sendable {
        /// Factors; nil to read them.
        var devices: [Device]?
        /// Users, of whom only those changed since a moment are read; nil to list all.
        var users: (records: [User], since: Timestamp)?

        /// Whether records of a collection are taken over, so that its rows are not all read.
        func has(_ kind: EntityKind) -> Bool {
            switch kind {
            case .device: devices != nil
            case .user: users != nil
            case .group, .role, .app, .privilege, .credential, .mapping: false
            }
        }
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
        var result = Result(availability: point.availability, records: point.records, resume: point)
        let generation = point.generation
        for kind in Self.kinds where result.availability[kind] == nil {
            var query = EntityQuery(kind)
            if kind == .user, let users = carried.users {
                try await facts.stage(users.records.map(Entity.user), in: generation, connection: connection)
                query.updatedSince = users.since
            }
            if result.resume.kind == kind { query.cursor = result.resume.cursor }
            try await read(query, into: generation, &result)
            if result.failure != nil { return result }
            result.resume.availability = result.availability
            result.resume.kind = nil
            result.resume.cursor = nil
        }
        if let devices = carried.devices {
            try await facts.stage(devices.map(Entity.device), in: generation, connection: connection)
            result.availability[.device] = .complete
            return result
        }
        let count = try await facts.stagedCount(.user, in: generation, connection: connection)
        guard count <= cadence.factorUserLimit else {
            result.availability[.device] = .notAvailable
            return result
        }
        let users = try await facts.staged(generation, connection: connection).users
        try await readFactors(of: users.filter { $0.status != .suspended }.map(\.id), into: generation, &result)
        return result
    }

    private func readFactors(
        of userIDs: [Int64], into generation: Generation, _ result: inout Result
    ) async throws {
        result.availability[.device] = .complete
        var start = 0
        while start < userIDs.count {
            let end = min(start + Self.usersPerFactorQuery, userIDs.count)
            try await read(EntityQuery(.device, userIDs: Array(userIDs[start..<end])), into: generation, &result)
            guard result.failure == nil, result.availability[.device] == .complete else { return }
            start = end
        }
    }

    /// Reads one query to its last page.
    private func read(_ query: EntityQuery, into generation: Generation, _ result: inout Result) async throws {
        var query = query
        var walk = PageWalk("list of \(query.kind.plural)")
        var check = PageCheck(query.kind, isWhole: query.cursor == nil && query.updatedSince == nil)
        while true {
            let page: EntityPage
            do throws(SourceFailure) {
                page = try await source.entities(query)
                if let next = page.next { try walk.advance(to: next) }
                try check.take(page)
                if page.next == nil { try check.finish() }
            } catch {
                fail(error, query, isFirstPage: check.isAtStart, &result)
                return
            }
            do {
                try await facts.stage(page.entities, in: generation, connection: connection)
                try await quarantine(page.unreadable, of: query.kind, generation, &result)
            } catch {
                result.availability[query.kind] = .incomplete
                result.failure = .store(error, attempt: "stage the directory")
                return
            }
            result.records += page.entities.count
            result.resume.kind = query.kind
            result.resume.cursor = page.next
            result.resume.records = result.records
            try Task.checkCancellation()
            guard let next = page.next else { break }
            query.cursor = next
            try await onPage(query.kind, page.total, result)
        }
        result.availability[query.kind] = .complete
        if check.endedEmpty { result.endedEmpty.insert(query.kind) }
        try await onPage(query.kind, nil, result)
    }

    /// Keeps rows that could not be read, so that somebody sees which and why.
    private func quarantine(
        _ records: [UnreadableText], of kind: EntityKind, _ generation: Generation, _ result: inout Result
    ) async throws {
        guard !records.isEmpty else { return }
        let kept = result.unreadable[kind] ?? 0
        result.unreadable[kind] = kept + records.count
        let some = Array(records.prefix(max(0, Self.quarantineLimit - kept)))
        guard !some.isEmpty else { return }
        try await facts.quarantine(some, of: kind, connection: connection, at: generation.startedAt)
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
