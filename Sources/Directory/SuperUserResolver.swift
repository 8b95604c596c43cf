import Timekeeping

/// A way to tell who is a super user, since the user resource does not say it.
public enum SuperUserResolver: Hashable, Sendable, Codable {
    /// These users, by id.
    case users([Int64])
    /// These users, by name.
    case usernames([String])
    /// The members of roles with these names.
    case roles(names: [String])
    /// The holders, directly or through roles, of a privilege with one of these names or whose statement allows
    /// everything.
    case privileges(names: [String])
    /// The users whose custom attribute has this value.
    case customAttribute(name: String, value: String)
    /// Who was given the privilege, as events told; asked only where the privileges themselves cannot be read.
    ///
    /// It cannot know who held the privilege before, so it counts when somebody chooses it, never by itself.
    case ledger(PrivilegeLedger)

    /// OneLogin's name of the privilege over everything.
    public static let privilegeNames = ["Super user"]

    /// What is tried when settings choose nothing: the privileges API.
    public static let standard: [SuperUserResolver] = [.privileges(names: privilegeNames)]

    /// Words for the report: "privileges `Super user` or wildcard".
    public var summary: String {
        switch self {
        case .users(let ids): "explicit list of \(ids.count) ids"
        case .usernames(let names): "explicit list of \(names.count) names"
        case .roles(let names): "roles \(Self.quoted(names))"
        case .privileges(let names): "privileges \(Self.quoted(names)) or wildcard"
        case .customAttribute(let name, let value): "custom attribute `\(name)` = `\(value)`"
        case .ledger(let ledger):
            "grants of \(Self.quoted(ledger.names)) seen since \(ledger.since?.rfc3339 ?? "ever"), none from before"
                + (ledger.unnamed > 0 ? ", \(ledger.unnamed) of privileges without a name left out" : "")
        }
    }

    /// Whether it reads who holds privileges now.
    var readsPrivileges: Bool { if case .privileges = self { true } else { false } }

    private static func quoted(_ names: [String]) -> String { names.map { "`\($0)`" }.joined(separator: ", ") }
}

/// The super users of a directory and who says so.
public struct SuperUserCensus: Hashable, Sendable {
    /// One resolver that applied and how many users it named.
    public struct Source: Hashable, Sendable {
        public let resolver: SuperUserResolver
        public let count: Int
    }

    /// The ids of all super users.
    public let userIDs: Set<Int64>
    /// The resolvers that applied, in the order of the settings; never empty.
    public let sources: [Source]

    /// Who says so, for evidence: "roles `Root`; privileges `Super user` or wildcard".
    public var summary: String { sources.map(\.resolver.summary).joined(separator: "; ") }

    /// Asks each resolver; nil when none applies, so that the number is unknown and not 0.
    ///
    /// A resolver applies when what it reads is complete and holds at least one role, privilege or attribute of
    /// the kind it looks for; explicit lists always apply.
    init?(of index: DirectoryIndex, resolvers: [SuperUserResolver]) {
        var all: Set<Int64> = []
        var sources: [Source] = []
        for resolver in resolvers {
            if case .ledger = resolver, sources.contains(where: \.resolver.readsPrivileges) { continue }
            guard let ids = Self.userIDs(of: resolver, index) else { continue }
            all.formUnion(ids)
            sources.append(Source(resolver: resolver, count: ids.count))
        }
        guard !sources.isEmpty else { return nil }
        userIDs = all
        self.sources = sources
    }

    private static func userIDs(of resolver: SuperUserResolver, _ index: DirectoryIndex) -> Set<Int64>? {
        let snapshot = index.snapshot
        switch resolver {
        case .users(let ids):
            return Set(ids)
        case .usernames(let names):
            let wanted = Set(names)
            return Set(snapshot.users.lazy.filter { wanted.contains($0.username) }.map(\.id))
        case .roles(let names):
            let wanted = Set(names)
            let places = snapshot.roles.indices.filter { wanted.contains(snapshot.roles[$0].name) }
            return places.isEmpty ? nil : members(ofRolesAt: places, index)
        case .privileges(let names):
            return holders(ofPrivileges: names, index)
        case .customAttribute(let name, let value):
            guard snapshot.users.contains(where: { $0.customAttributes[name] != nil }) else { return nil }
            return Set(snapshot.users.lazy.filter { $0.customAttributes[name] == value }.map(\.id))
        case .ledger(let ledger):
            guard !ledger.isEmpty else { return nil }
            let holders = ledger.holders(before: snapshot.observedAt) { role in
                // A role that is gone has no members.
                members(ofRolesAt: snapshot.roles.indices.filter { snapshot.roles[$0].id == role }, index)
            }
            return holders?.filter { index.user(id: $0) != nil }
        }
    }

    private static func holders(ofPrivileges names: [String], _ index: DirectoryIndex) -> Set<Int64>? {
        guard index.isKnown(.privilege) else { return nil }
        let strong = index.snapshot.privileges.filter { $0.isWildcard || names.contains($0.name) }
        guard !strong.isEmpty else { return nil }
        var ids = Set(strong.flatMap(\.userIDs))
        let roleIDs = Set(strong.flatMap(\.roleIDs))
        if !roleIDs.isEmpty {
            let roles = index.snapshot.roles
            let places = roles.indices.filter { roleIDs.contains(roles[$0].id) }
            guard places.count == roleIDs.count, let members = members(ofRolesAt: places, index) else { return nil }
            ids.formUnion(members)
        }
        return ids
    }

    private static func members(ofRolesAt places: [Int], _ index: DirectoryIndex) -> Set<Int64>? {
        guard index.isKnown(.role) else { return nil }
        let wanted = Set(places)
        var ids: Set<Int64> = []
        for (place, user) in index.snapshot.users.enumerated() {
            guard let held = index.rolePlaces(ofUserAt: place) else { return nil }
            if held.contains(where: { wanted.contains(Int($0)) }) { ids.insert(user.id) }
        }
        return ids
    }
}
