import Directory
import HTTPTransport
import JSONScanning
import Timekeeping

extension OneLoginClient {
    /// Rows asked for in a v2 page where the API does not hold to fewer.
    private static let pageRows = 100
    /// The most that v2 lists of users, and v1 lists, give.
    private static let smallPageRows = 50

    func users(_ cursor: String?) async throws(SourceFailure) -> EntityPage {
        let (page, place) = try await envelope("/api/1/users", cursor: cursor)
        let (users, unreadable, unknown) = page.records(place: place, WireMembers.user, WireEntities.user)
        let total = cursor == nil && page.next != nil ? await userCount() : page.total
        return EntityPage(
            entities: users.map(Entity.user), next: page.next, total: total, unreadable: unreadable,
            unknownFields: unknown)
    }

    /// How many users there are, as v2 counts them, since v1 does not say.
    ///
    /// Only for showing progress, so nil is no fault.
    private func userCount() async -> Int? {
        do throws(SourceFailure) {
            let answer = try await calls.get("/api/2/users", [("limit", "1")])
            return answer.headers["Total-Count"].flatMap { Int($0) }
        } catch {
            return nil
        }
    }

    /// A page of the users that changed since, in full: the rows of v2's list lack roles and custom attributes, so
    /// each is read by itself, some at a time; v2 is outside the hourly budget.
    func users(updatedSince since: Timestamp, _ cursor: String?) async throws(SourceFailure) -> EntityPage {
        let path = "/api/2/users"
        let place = PageCursor(cursor)
        var query = place.query(limit: Self.smallPageRows)
        query.append(("updated_since", since.wireText))
        let answer = try await calls.get(path, query)
        let page = try parsed(path) { () throws(MalformedPage) in try RowPage(array: answer, page: place.number) }
        let (listed, unreadable, listedUnknown) = page.records(
            place: "GET \(path)", WireMembers.user, WireEntities.user)
        let users = try await concurrently(listed) { [self] user throws(SourceFailure) in
            user.roleIDs == nil ? try await detail(of: user.id) : (user, UnknownFieldCounts())
        }
        var unknown = listedUnknown
        for user in users { unknown.add(user.unknown) }
        return EntityPage(
            entities: users.compactMap { $0.user.map(Entity.user) }, next: page.next, total: page.total,
            unreadable: unreadable, unknownFields: unknown)
    }

    /// All fields of a user; nil when the user is not there any more.
    ///
    /// - Throws: Also when only this user is closed to the credential: the row of the list has no roles, so it would
    ///   be no copy of the user.
    private func detail(of id: Int64) async throws(SourceFailure) -> (user: User?, unknown: UnknownFieldCounts) {
        var unknown = UnknownFieldCounts()
        guard let answer = try await userAnswer(id) else { return (nil, unknown) }
        let found: User? = answer.body.withUnsafeBytes { body in
            JSONMembers(body, known: WireMembers.user, &unknown).flatMap { try? WireEntities.user($0) }
        }
        guard let found else { throw malformed("/api/2/users/\(id)", "no user") }
        return (found, unknown)
    }

    /// The answer for one user; nil when the API says that there is none.
    private func userAnswer(_ id: Int64) async throws(SourceFailure) -> HTTPResponse? {
        do throws(CallFailure) {
            return try await calls.fetch("/api/2/users/\(id)")
        } catch {
            guard error.kind == .notThere else { throw error.meaning }
            return nil
        }
    }

    func groups(_ cursor: String?) async throws(SourceFailure) -> EntityPage {
        let (page, place) = try await envelope("/api/1/groups", cursor: cursor)
        let (groups, unreadable, unknown) = page.records(place: place, WireMembers.group, WireEntities.group)
        return EntityPage(
            entities: groups.map(Entity.group), next: page.next, total: page.total, unreadable: unreadable,
            unknownFields: unknown)
    }

    func apps(_ cursor: String?) async throws(SourceFailure) -> EntityPage {
        let (page, place) = try await array("/api/2/apps", cursor: cursor, limit: Self.pageRows)
        let (apps, unreadable, unknown) = page.records(place: place, WireMembers.app, WireEntities.app)
        return EntityPage(
            entities: apps.map(Entity.app), next: page.next, total: page.total, unreadable: unreadable,
            unknownFields: unknown)
    }

    func mappings(_ cursor: String?) async throws(SourceFailure) -> EntityPage {
        let (page, place) = try await array("/api/2/mappings", cursor: cursor, limit: Self.pageRows)
        let (found, unreadable, unknown) = page.records(place: place, WireMembers.mapping, WireEntities.mapping)
        return EntityPage(
            entities: found.map(Entity.mapping), next: page.next, total: page.total, unreadable: unreadable,
            unknownFields: unknown)
    }

    /// A page of roles with their members and admins, which the list leaves out.
    func roles(_ cursor: String?) async throws(SourceFailure) -> EntityPage {
        let (page, place) = try await array("/api/2/roles", cursor: cursor, limit: Self.smallPageRows)
        let (listed, unreadable, unknown) = page.records(place: place, WireMembers.role, WireEntities.role)
        let roles = try await concurrently(listed) { [self] role throws(SourceFailure) in
            var role = role
            role.userIDs = try await ids("/api/2/roles/\(role.id)/users")
            role.adminIDs = try await ids("/api/2/roles/\(role.id)/admins")
            if role.appIDs == nil { role.appIDs = try await ids("/api/2/roles/\(role.id)/apps") }
            return role
        }
        return EntityPage(
            entities: roles.map(Entity.role), next: page.next, total: page.total, unreadable: unreadable,
            unknownFields: unknown)
    }

    /// Every delegated privilege with its users and roles; not available without the subscription and `Manage All`.
    func privileges() async throws(SourceFailure) -> EntityPage {
        let path = "/api/1/privileges"
        do throws(SourceFailure) {
            let answer = try await calls.get(path)
            let page = try parsed(path) { () throws(MalformedPage) in try RowPage(array: answer, page: 1) }
            let (listed, unreadable, unknown) = page.records(
                place: "GET \(path)", WireMembers.privilege, WireEntities.privilege)
            let privileges = try await concurrently(listed) { [self] privilege throws(SourceFailure) in
                var privilege = privilege
                let own = path + "/" + Calls.percentEncoded(privilege.id)
                privilege.userIDs = try await holders(own + "/users", list: "users")
                privilege.roleIDs = try await holders(own + "/roles", list: "roles")
                return privilege
            }
            return EntityPage(
                entities: privileges.map(Entity.privilege), total: privileges.count, unreadable: unreadable,
                unknownFields: unknown)
        } catch {
            guard error.cause == .scopeMissing else { throw error }
            throw SourceFailure(
                .notAvailable, attempt: error.attempt, answer: error.answer,
                remedy: "privileges need the scope `Manage All` and the Delegated Administration subscription")
        }
    }

    /// The factors of some users, one call each; from v1 where v2 is closed to the credential.
    func devices(of users: [Int64]) async throws(SourceFailure) -> EntityPage {
        let found = try await concurrently(users) { [self] user throws(SourceFailure) in
            try await devices(ofUser: user)
        }
        var unknown = UnknownFieldCounts()
        for some in found { unknown.add(some.unknown) }
        return EntityPage(
            entities: found.flatMap { $0.devices.map(Entity.device) }, total: nil,
            unreadable: found.flatMap(\.unreadable), unknownFields: unknown)
    }

    private typealias DevicesOfUser = (
        devices: [Device], unreadable: [UnreadableText], unknown: UnknownFieldCounts
    )

    private func devices(ofUser user: Int64) async throws(SourceFailure) -> DevicesOfUser {
        if await calls.state.factorSource != .v1 {
            let path = "/api/2/mfa/users/\(user)/devices"
            do throws(CallFailure) {
                let answer = try await calls.fetch(path)
                await calls.state.settle(.v2)
                let page = try pageOfDevices(path) { () throws(MalformedPage) in try RowPage(array: answer, page: 1) }
                return Self.devices(in: page, of: user, path)
            } catch {
                if error.meaning.cause != .scopeMissing { return try await noDevices(of: user, error) }
                // Closed from the start, v2 is not this credential's; open before, it is a fault like any other.
                guard await calls.state.settle(.v1) == .v1 else { throw error.meaning }
            }
        }
        let path = "/api/1/users/\(user)/otp_devices"
        do throws(CallFailure) {
            let answer = try await calls.fetch(path)
            let page = try pageOfDevices(path) { () throws(MalformedPage) in
                try RowPage(envelope: answer, list: "otp_devices", isPaged: false)
            }
            return Self.devices(in: page, of: user, path)
        } catch {
            return try await noDevices(of: user, error)
        }
    }

    private func pageOfDevices(
        _ path: String, _ read: () throws(MalformedPage) -> RowPage
    ) throws(CallFailure) -> RowPage {
        do throws(SourceFailure) {
            return try parsed(path, read)
        } catch {
            throw CallFailure(error)
        }
    }

    private static func devices(in page: RowPage, of user: Int64, _ path: String) -> DevicesOfUser {
        let (devices, unreadable, unknown) = page.records(place: "GET \(path)", WireMembers.device) {
            row throws(UnreadableRecord) in
            try WireEntities.device(row, userID: user)
        }
        return (devices, unreadable, unknown)
    }

    /// None, when the user went between two calls.
    ///
    /// - Throws: The failure for a user who is there: that factors cannot be read does not say that there are none.
    private func noDevices(of user: Int64, _ failure: CallFailure) async throws(SourceFailure) -> DevicesOfUser {
        guard failure.kind == .notThere, try await userAnswer(user) == nil else { throw failure.meaning }
        return ([], [], UnknownFieldCounts())
    }

    /// No endpoint lists API credentials: they are known from the activities that name them.
    var credentialsAreNotListed: SourceFailure {
        SourceFailure(
            .notAvailable, attempt: "listing API credentials", answer: "OneLogin has no endpoint for it",
            remedy: "nothing to do: credentials are known from the events that name them")
    }
}
