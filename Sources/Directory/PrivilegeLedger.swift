public import Timekeeping

/// Who holds a built-in privilege, as the grants and revocations tell that were seen: what is left where nothing lists
/// the holders.
///
/// Who was given the privilege before the first of them is not in it, so it names no more than there are.
public struct PrivilegeLedger: Hashable, Sendable, Codable {
    /// One user was given the privilege, or lost it.
    struct Change: Hashable, Sendable, Codable {
        let at: Timestamp
        let id: String
        let isGrant: Bool
    }

    /// Words of the privilege; any of them is it.
    public let names: [String]
    /// The first grant or revocation that was seen; nil when there was none.
    public private(set) var since: Timestamp?
    /// Grants and revocations that do not say of which privilege, and whose number no other one names.
    public private(set) var unnamed = 0
    /// By user, in (time, id) order.
    private var changes: [Int64: [Change]] = [:]

    /// The kinds of activities that it reads.
    public static let kinds: Set<String> = ["privilege.granted", "privilege.revoked"]

    /// A ledger that nothing was written into.
    public init(names: [String]) { self.names = names }

    /// Reads grants and revocations in any order; other activities are passed over.
    ///
    /// The events API gives the privilege's number only, webhooks its name as well, so a number counts when some
    /// record of it has a name.
    public init(names: [String], activities batches: [ActivityBatch]) {
        self.init(names: names)
        let rows = batches.flatMap { batch in (0..<batch.count).map { batch.activity(at: $0) } }
            .filter { Self.kinds.contains($0.kind) }
        var namesByID: [String: String] = [:]
        for row in rows {
            if let id = row.text(.privilegeID), let name = row.text(.privilegeName) { namesByID[id] = name }
        }
        for row in rows {
            guard let user = row.integer(.userID) else { continue }
            guard let name = row.text(.privilegeName) ?? row.text(.privilegeID).flatMap({ namesByID[$0] }) else {
                unnamed += 1
                continue
            }
            guard names.contains(name) else { continue }
            since = since.map { min($0, row.time) } ?? row.time
            changes[user, default: []].append(
                Change(at: row.time, id: row.id, isGrant: row.kind == "privilege.granted"))
        }
        for user in changes.keys { changes[user]?.sort { ($0.at, $0.id) < ($1.at, $1.id) } }
    }

    /// Whether nothing was seen of the privilege, so that the ledger says nothing.
    public var isEmpty: Bool { changes.isEmpty }

    /// Whether a user holds it just before `moment`, as far as was seen.
    public func holds(_ user: Int64, before moment: Timestamp) -> Bool {
        changes[user]?.last { $0.at < moment }?.isGrant ?? false
    }

    /// Everybody who holds it just before `moment`, as far as was seen.
    public func holders(before moment: Timestamp) -> Set<Int64> {
        Set(changes.keys.lazy.filter { holds($0, before: moment) })
    }
}

extension Array where Element == SuperUserResolver {
    /// The same resolvers, with what the stored activities of a connection tell in every ledger.
    public func reading(_ facts: any FactStore, connection: String) async throws -> [SuperUserResolver] {
        var result: [SuperUserResolver] = []
        for resolver in self {
            guard case .ledger(let empty) = resolver else {
                result.append(resolver)
                continue
            }
            let changes = try await facts.privilegeChanges(connection: connection)
            result.append(.ledger(PrivilegeLedger(names: empty.names, activities: changes)))
        }
        return result
    }
}
