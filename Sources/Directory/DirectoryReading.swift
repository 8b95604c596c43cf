/// The directory at one moment, read with its joins: what `target`, `actor` and the rows of state rules show.
///
/// Every answer that may not be known now is nil: its collection was not available, or not read to its end.
public protocol DirectoryReading: Sendable {
    /// The user of that id; nil when no such user is known.
    func user(id: Int64) -> User?
    /// The name of a group; nil when the groups, or this one, are not known.
    func groupName(id: Int64) -> String?
    /// The roles that a user holds, by id.
    func roles(of user: User) -> [Role]?
    /// The apps that a user's roles give, by id.
    func apps(of user: User) -> [App]?
    /// The privileges a user holds directly or through roles, by id.
    func privileges(of user: User) -> [Privilege]?
    /// The factors a user enrolled, by id.
    func devices(of user: User) -> [Device]?
    /// Whether a user is a super user; nil when no resolver applies.
    func isSuperUser(_ user: User) -> Bool?
}

extension DirectoryReading {
    /// The names of a user's groups: one at most.
    public func groupNames(of user: User) -> [String]? {
        guard let id = user.groupID else { return [] }
        return groupName(id: id).map { [$0] }
    }
}
