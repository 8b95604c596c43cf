public import Directory
import HTTPTransport
import JSONScanning
public import Timekeeping

/// The calls of reference section 15; each is sent once, since a write that timed out may have been done.
extension OneLoginClient: TenantActing {
    public func subject(userID: Int64) async throws(SourceFailure) -> ActionSubject {
        let path = "/api/2/users/\(userID)"
        let answer = try await calls.get(path, priority: .events)
        let found: User? = answer.body.withUnsafeBytes { body in
            JSONMembers(body).flatMap { try? WireEntities.user($0) }
        }
        guard let user = found else { throw malformed(path, "no user") }
        var subject = ActionSubject(id: user.id, username: user.username, email: user.email, status: user.status)
        subject.groupID = user.groupID
        subject.roleIDs = user.roleIDs ?? []
        for entity in try await devices(of: [userID]).entities {
            if case .device(let device) = entity { subject.factorIDs.append(device.id) }
        }
        return subject
    }

    public func perform(_ action: TenantAction, userID: Int64) async throws(SourceFailure) {
        let users = "/api/2/users/\(userID)"
        let old = "/api/1/users/\(userID)"
        switch action {
        case .activate, .reactivate: try await calls.write(.put, users, #"{"status":1}"#)
        case .suspend: try await calls.write(.put, users, #"{"status":2}"#)
        case .forcePasswordReset: try await calls.write(.put, users, #"{"status":5}"#)
        case .lock(let minutes): try await calls.write(.put, old + "/lock_user", #"{"locked_until":\#(minutes)}"#)
        case .unlock: try await calls.write(.post, users + "/unlock", "")
        case .setGroup(let group):
            try await calls.write(.put, users, #"{"group_id":\#(group.map(String.init) ?? "null")}"#)
        case .addRole(let role): try await calls.write(.put, old + "/add_roles", #"{"role_id_array":[\#(role)]}"#)
        case .removeRole(let role):
            try await calls.write(.put, old + "/remove_roles", #"{"role_id_array":[\#(role)]}"#)
        case .endSessions: try await calls.write(.put, old + "/logout", "")
        case .removeFactor(let factor):
            let path = "/api/2/mfa/users/\(userID)/devices/\(Calls.percentEncoded(factor))"
            try await calls.write(.delete, path, "")
        }
    }

    public func sessionsEnded(userID: Int64, since moment: Timestamp) async throws(SourceFailure) -> Bool {
        let path = "/api/1/events"
        let answer = try await calls.get(
            path, [("since", moment.wireText), ("user_id", String(userID)), ("event_type_id", "516")],
            priority: .events)
        return try parsed(path) { () throws(MalformedPage) in try RowPage(envelope: answer) }.rows.isEmpty == false
    }
}

extension Calls {
    /// Sends a change once, with another token when the first was refused: a 401 changes nothing.
    func write(_ method: HTTPRequest.Method, _ path: String, _ body: String) async throws(SourceFailure) {
        if let flaw = connection.flaw { throw flaw }
        var isRenewed = false
        while true {
            let token = try await token()
            var request = HTTPRequest(method, connection.baseURL + path)
            request.headers["Authorization"] = "Bearer \(token.text.reveal())"
            request.headers["Accept"] = "application/json"
            if !body.isEmpty {
                request.headers["Content-Type"] = "application/json"
                request.body = Array(body.utf8)
            }
            let refusals = Refusals(self, request.description)
            let answer = try await sendOnce(request)
            if answer.isSuccess { return }
            guard answer.status == 401 else { throw refusals.failure(ofWrite: answer) }
            let words = ErrorBody(answer)
            guard !isRenewed, !words.says("insufficient permission"),
                await state.discard(token, at: clock.now(), pause: settings.rejectionPause)
            else { throw await refusals.unauthorised(words, isRenewed: true) }
            isRenewed = true
        }
    }
}
