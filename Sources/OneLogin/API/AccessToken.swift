import HTTPTransport
import JSONScanning
import Timekeeping

/// What the token endpoint gave.
struct AccessToken: Sendable {
    let text: Secret
    /// `created_at + expires_in`: asking again gives the same token, so its life is counted from when it was made.
    let expiresAt: Timestamp

    /// Reads an answer in the flat form or in the legacy one, wrapped in `data`; nil when it is neither.
    ///
    /// - Parameter now: The birth of a token that does not tell its own.
    init?(_ response: HTTPResponse, now: Timestamp) {
        let found: AccessToken? = response.body.withUnsafeBytes { body in
            guard let members = JSONMembers(body) else { return nil }
            if members["access_token"] != nil { return AccessToken(members, now: now) }
            guard let wrapped = members["data"] else { return nil }
            let first = JSONElements(wrapped.text).first { $0.kind == .object }
            return first.flatMap { JSONMembers($0.text) }.flatMap { AccessToken($0, now: now) }
        }
        guard let found else { return nil }
        self = found
    }

    private init?(_ members: JSONMembers, now: Timestamp) {
        guard let token = members.text("access_token") else { return nil }
        text = Secret(token)
        var born = now
        if let created = members["created_at"], created.kind == .string, let moment = WireTime.moment(created.text) {
            born = moment
        }
        expiresAt = born + .seconds(members.integer("expires_in") ?? 3600)
    }

    /// Whether it may still be sent; a minute is left for calls under way.
    func isFresh(at now: Timestamp) -> Bool { now + .seconds(60) < expiresAt }
}
