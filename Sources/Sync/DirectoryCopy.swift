import Directory
import Timekeeping

/// One staged copy of the directory: page by page into the store, nothing of it current before all of it is there.
struct DirectoryCopy: Sendable {
    /// What came of it.
    struct Result: Sendable {
        var availability: [EntityKind: Availability] = [:]
        var failure: SourceFailure?
        var unreadable: [UnreadableText] = []
        var records = 0
    }

    /// Users whose factors are asked for in one query.
    static let usersPerFactorQuery = 100

    let source: any TenantSource
    let facts: any FactStore
    let connection: String
    let cadence: SyncCadence

    /// Stages every collection; stops at the first that cannot be read to its end.
    ///
    /// - Parameter carried: Factors to take over; nil to read them.
    func stage(_ generation: Generation, carried: [Device]?) async throws -> Result {
        var result = Result()
        var userIDs: [Int64] = []
        for kind in [EntityKind.group, .role, .app, .user, .privilege, .mapping] {
            try await read(EntityQuery(kind), into: generation, &result) { entity in
                if case .user(let user) = entity, user.status != .suspended { userIDs.append(user.id) }
            }
            if result.failure != nil { return result }
        }
        if let carried {
            try await facts.stage(carried.map(Entity.device), in: generation, connection: connection)
            result.availability[.device] = .complete
        } else if userIDs.count > cadence.factorUserLimit {
            result.availability[.device] = .notAvailable
        } else {
            try await readFactors(of: userIDs, into: generation, &result)
        }
        return result
    }

    private func readFactors(
        of userIDs: [Int64], into generation: Generation, _ result: inout Result
    ) async throws {
        result.availability[.device] = .complete
        var start = 0
        while start < userIDs.count {
            let end = min(start + Self.usersPerFactorQuery, userIDs.count)
            try await read(
                EntityQuery(.device, userIDs: Array(userIDs[start..<end])), into: generation, &result
            ) { _ in }
            guard result.failure == nil, result.availability[.device] == .complete else { return }
            start = end
        }
    }

    /// Reads one query to its last page.
    private func read(
        _ query: EntityQuery, into generation: Generation, _ result: inout Result, each: (Entity) -> Void
    ) async throws {
        var query = query
        var walk = PageWalk("list of \(query.kind.rawValue)s")
        do throws(SourceFailure) {
            while true {
                let page = try await source.entities(query)
                await pass(page, into: generation, &result)
                if result.failure != nil { return }
                page.entities.forEach(each)
                guard let next = page.next else { break }
                try walk.advance(to: next)
                query.cursor = next
            }
            result.availability[query.kind] = .complete
        } catch {
            // Without users there is no directory; any other collection may be out of reach and blocks nothing.
            let isOutOfReach = error.cause == .notAvailable || error.cause == .scopeMissing
            if isOutOfReach, query.kind != .user {
                result.availability[query.kind] = .notAvailable
            } else {
                result.availability[query.kind] = .incomplete
                result.failure = error
            }
        }
        try Task.checkCancellation()
    }

    private func pass(_ page: EntityPage, into generation: Generation, _ result: inout Result) async {
        do {
            try await facts.stage(page.entities, in: generation, connection: connection)
            result.records += page.entities.count
            result.unreadable += page.unreadable
        } catch {
            result.failure = .store(error, attempt: "stage the directory")
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
