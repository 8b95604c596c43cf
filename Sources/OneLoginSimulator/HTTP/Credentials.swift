import Foundation
import Timekeeping

/// The API credential of the tenant and the tokens given out for it.
struct Credentials: Sendable {
    struct Token: Sendable {
        let text: String
        let refresh: String
        /// Milliseconds since 1970.
        let createdAt: Int64
    }

    let clientID: String
    let clientSecret: String
    let lifetime: TimeSpan
    private let dice: Dice
    private var issued = 0
    private var token: Token?
    private var second: Int64 = 0
    private var callsThisSecond = 0

    init(options: SimulatorOptions) {
        clientID = options.clientID
        clientSecret = options.clientSecret
        lifetime = options.tokenLifetime
        dice = Dice(seed: options.seed)
    }

    /// Counts a call of the token endpoint; above a hundred in one second the load balancer steps in.
    mutating func countCall(now: Int64) throws(Failure) {
        if now / 1000 != second { (second, callsThisSecond) = (now / 1000, 0) }
        callsThisSecond += 1
        if callsThisSecond > 100 { throw .html(429) }
    }

    /// The same token until it expires or is revoked.
    mutating func issue(now: Int64) -> Token {
        if let token, isValid(token, now: now) { return token }
        return issueAnew(now: now)
    }

    /// A new token, which makes the one before invalid.
    mutating func issueAnew(now: Int64) -> Token {
        issued += 1
        let new = Token(
            text: dice.hex(64, .token, issued), refresh: dice.hex(64, .token, 10_000 + issued), createdAt: now)
        token = new
        return new
    }

    mutating func revoke(_ text: String) -> Bool {
        guard token?.text == text else { return false }
        token = nil
        return true
    }

    private func isValid(_ token: Token, now: Int64) -> Bool { now < token.createdAt + lifetime.milliseconds }

    /// Checks the bearer token of a call, in any of the spellings clients use.
    func checkBearer(_ call: Call, now: Int64) throws(Failure) {
        guard let header = call.headers["authorization"] else { throw .authorizationMissing }
        guard header.lowercased().hasPrefix("bearer") else { throw .authorizationMissing }
        let text = header.dropFirst(6).drop { $0 == ":" || $0 == " " }
        guard let token, text == token.text, isValid(token, now: now) else { throw .authenticationFailed }
    }

    /// Checks id and secret, in any of the forms clients use, and returns the parameters of the body.
    func checkClient(_ call: Call) throws(Failure) -> [String: String] {
        var parameters: [String: String] = [:]
        for (name, value) in call.query { parameters[name] = value }
        if call.headers["content-type"]?.hasPrefix("application/x-www-form-urlencoded") == true {
            for (name, value) in Call.pairs(String(decoding: call.body, as: UTF8.self)) { parameters[name] = value }
        } else if case .object(let members) = try call.json() {
            for (name, value) in members { parameters[name] = value.string }
        }
        let pair = Self.pair(call.headers["authorization"] ?? "")
        guard let id = pair?.id ?? parameters["client_id"], let secret = pair?.secret ?? parameters["client_secret"]
        else { throw .authorizationMissing }
        guard id == clientID, secret == clientSecret else { throw .authenticationFailed }
        return parameters
    }

    /// `client_id:<id>, client_secret:<secret>` or `Basic …`.
    private static func pair(_ header: String) -> (id: String, secret: String)? {
        if header.lowercased().hasPrefix("basic ") {
            let coded = String(header.dropFirst(6).drop { $0 == " " })
            guard let data = Data(base64Encoded: coded) else { return nil }
            let halves = String(decoding: data, as: UTF8.self).split(separator: ":", maxSplits: 1)
            return halves.count == 2 ? (String(halves[0]), String(halves[1])) : nil
        }
        var values: [String: String] = [:]
        for part in header.split(separator: ",") {
            let halves = part.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if halves.count == 2 { values[halves[0].lowercased()] = halves[1] }
        }
        guard let id = values["client_id"], let secret = values["client_secret"] else { return nil }
        return (id, secret)
    }
}

/// The calls of an hour, counted for the whole account.
struct RateWindow: Sendable {
    let limit: Int
    private var start: Int64?
    private(set) var used = 0

    init(limit: Int) { self.limit = limit }

    /// Counts a call of version 1; false when the window has none left.
    mutating func take(now: Int64) -> Bool {
        roll(now: now)
        if used >= limit { return false }
        used += 1
        return true
    }

    /// Begins a new window when an hour is over.
    mutating func roll(now: Int64) {
        guard let begun = start, now < begun + 3_600_000 else {
            start = now
            used = 0
            return
        }
    }

    var remaining: Int { limit - used }

    /// Whole seconds until the window begins anew.
    func secondsLeft(now: Int64) -> Int { Int(((start ?? now) + 3_600_000 - now + 999) / 1000) }
}
