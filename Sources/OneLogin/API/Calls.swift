import Directory
import HTTPTransport
import JSONScanning
import Timekeeping

/// A call that failed: what operators read of it, and what of it a caller may know how to go on from.
struct CallFailure: Error {
    enum Kind {
        /// What is named does not exist, told by the API itself.
        case notThere
        /// The answer is longer than is taken.
        case bodyTooLarge
        case other
    }

    let meaning: SourceFailure
    var kind = Kind.other

    init(_ meaning: SourceFailure, _ kind: Kind = .other) {
        self.meaning = meaning
        self.kind = kind
    }
}

/// Calls to the API: token, budget, retries, and what a refusal means.
final class Calls: Sendable {
    let connection: OneLoginConnection
    let settings: OneLoginSettings
    let state: AccountState
    let clock: any WallClock
    private let sender: any HTTPSender
    private let random: @Sendable () -> Double

    init(
        _ connection: OneLoginConnection, sender: any HTTPSender, clock: any WallClock, settings: OneLoginSettings,
        budgets: RateBudgets, random: @escaping @Sendable () -> Double
    ) {
        self.connection = connection
        self.settings = settings
        self.clock = clock
        self.sender = sender
        self.random = random
        state = AccountState(
            budget: budgets.budget(of: connection.baseURL, reserve: settings.reservedCalls),
            comparesClocks: settings.comparesClocks)
    }

    /// Reads a resource with the token.
    ///
    /// - Parameters:
    ///   - path: From the root, such as `/api/2/users`; v1 paths count against the budget.
    ///   - query: Names and values as they are, encoded here.
    /// - Returns: An answer of status 200 to 299 whose body is JSON.
    func get(
        _ path: String, _ query: [(String, String)] = [], priority: RateBudget.Priority = .directory
    ) async throws(SourceFailure) -> HTTPResponse {
        do throws(CallFailure) {
            return try await fetch(path, query, priority: priority)
        } catch {
            throw error.meaning
        }
    }

    /// The same for callers that know how to go on from some failures.
    func fetch(
        _ path: String, _ query: [(String, String)] = [], priority: RateBudget.Priority = .directory
    ) async throws(CallFailure) -> HTTPResponse {
        let isCounted = path.hasPrefix("/api/1/")
        if isCounted, let wait = state.wait(for: priority, at: clock.now()) {
            throw CallFailure(Refusals(self, "GET \(path)").budgetSpent(wait))
        }
        var isRenewed = false
        while true {
            let token = try await currentToken()
            var request = HTTPRequest(.get, connection.baseURL + path + Self.encoded(query))
            request.headers["Authorization"] = "Bearer \(token.text.reveal())"
            request.headers["Accept"] = "application/json"
            let answer = try await exchange(request)
            if answer.isSuccess { return answer }
            let refusals = Refusals(self, request.description)
            let body = ErrorBody(answer)
            guard answer.status == 401 else {
                let isNotThere = answer.status == 404 && body.saysNotThere
                throw CallFailure(
                    refusals.failure(for: answer, priority: priority), isNotThere ? .notThere : .other)
            }
            if body.says("insufficient permission") || isRenewed {
                throw CallFailure(await refusals.unauthorised(body, isRenewed: isRenewed))
            }
            isRenewed = true
            guard await state.discard(token, at: clock.now(), pause: settings.rejectionPause) else {
                throw CallFailure(await refusals.unauthorised(body, isRenewed: true))
            }
        }
    }

    private func currentToken() async throws(CallFailure) -> AccessToken {
        do throws(SourceFailure) {
            return try await token()
        } catch {
            throw CallFailure(error)
        }
    }

    /// The token that is good now.
    func token() async throws(SourceFailure) -> AccessToken {
        if let flaw = connection.flaw { throw flaw }
        return try await state.token(at: clock.now(), pause: settings.rejectionPause) { [self] in
            do throws(SourceFailure) {
                return .success(try await requestToken())
            } catch {
                return .failure(error)
            }
        }
    }

    private func requestToken() async throws(SourceFailure) -> AccessToken {
        var request = HTTPRequest(.post, connection.baseURL + "/auth/oauth2/v2/token")
        request.headers["Authorization"] =
            "client_id:\(connection.clientID), client_secret:\(connection.clientSecret.reveal())"
        request.headers["Content-Type"] = "application/json"
        request.body = Array(#"{"grant_type":"client_credentials"}"#.utf8)
        let answer: HTTPResponse
        do throws(CallFailure) {
            answer = try await exchange(request, waitsOutRateLimit: false)
        } catch {
            throw error.meaning
        }
        let refusals = Refusals(self, request.description)
        guard answer.isSuccess else { throw await refusals.tokenRefused(answer) }
        if let token = AccessToken(answer, now: clock.now()) { return token }
        throw ErrorBody(answer).isPage
            ? refusals.tenantUnknown("a web page instead of a token")
            : SourceFailure(
                .malformedAnswer, attempt: refusals.attempt, answer: "an answer without a token",
                remedy: Refusals.reportRemedy)
    }

    /// Sends until there is an answer worth reading: waits out faults and rate limits as the policy says.
    ///
    /// - Parameter waitsOutRateLimit: Whether 429 is tried again; not for tokens, whose requests would only add to it.
    func exchange(
        _ request: HTTPRequest, waitsOutRateLimit: Bool = true
    ) async throws(CallFailure) -> HTTPResponse {
        let refusals = Refusals(self, request.description)
        var attempt = 1
        while true {
            let outcome: RetryPolicy.Outcome
            var answer: HTTPResponse?
            do throws(TransportFailure) {
                let received = try await sender.send(request, limits: settings.limits)
                let now = clock.now()
                await state.note(received.headers, at: now)
                guard let status = Self.retryStatus(received) else { return received }
                outcome = .status(status, retryAfterMilliseconds: Self.retryAfter(received, now: now))
                answer = received
            } catch {
                if case .bodyTooLarge = error {
                    throw CallFailure(refusals.exhausted(.failure(error), answer: nil), .bodyTooLarge)
                }
                outcome = .failure(error)
            }
            if case .status(429, _) = outcome, !waitsOutRateLimit {
                throw CallFailure(refusals.exhausted(outcome, answer: answer))
            }
            switch settings.retry.decide(attempt: attempt, outcome: outcome, random: random()) {
            case .giveUp: throw CallFailure(refusals.exhausted(outcome, answer: answer))
            case .retry(let milliseconds):
                do {
                    try await clock.sleep(for: .milliseconds(milliseconds))
                } catch {
                    throw CallFailure(refusals.cancelled)
                }
            }
            attempt += 1
        }
    }

    /// Sends once and no more, for what changes something.
    func sendOnce(_ request: HTTPRequest) async throws(SourceFailure) -> HTTPResponse {
        do throws(TransportFailure) {
            let answer = try await sender.send(request, limits: settings.limits)
            await state.note(answer.headers, at: clock.now())
            return answer
        } catch {
            throw Refusals(self, request.description).exhausted(.failure(error), answer: nil)
        }
    }

    /// The status to retry by; nil for an answer that is to be read as it is.
    private static func retryStatus(_ answer: HTTPResponse) -> Int? {
        if answer.status == 400, ErrorBody(answer).says("rate_limit_exceeded", "rate limit exceeded") { return 429 }
        if RetryPolicy.isRetryable(.status(answer.status)) { return answer.status }
        // A body that was cut or is a load balancer's page is as good as none.
        return answer.isSuccess && !isWholeJSON(answer.body) ? 502 : nil
    }

    /// Whether a body has an end; a row of it may still be wrong inside, which asking again would not mend.
    private static func isWholeJSON(_ body: [UInt8]) -> Bool {
        body.withUnsafeBytes { bytes in
            do throws(JSONFault) {
                var cursor = JSONCursor(bytes)
                _ = try cursor.valueOrExtent()
                try cursor.finish()
                return true
            } catch {
                return false
            }
        }
    }

    /// The wait that an answer asks for: `Retry-After`, or the rest of the rate window on 429.
    static func retryAfter(_ answer: HTTPResponse, now: Timestamp) -> Int64? {
        if let value = answer.headers["Retry-After"] {
            return HTTPDate.retryAfterMilliseconds(value, nowSeconds: now.seconds)
        }
        guard answer.status == 429 || answer.status == 400 else { return nil }
        return answer.headers["X-RateLimit-Reset"].flatMap { Int64($0) }.map { max(0, $0) * 1000 }
    }

    /// A query string, `?` included; empty for none.
    static func encoded(_ query: [(String, String)]) -> String {
        guard !query.isEmpty else { return "" }
        return "?" + query.map { percentEncoded($0.0) + "=" + percentEncoded($0.1) }.joined(separator: "&")
    }

    /// All but the unreserved characters of RFC 3986 as `%XX`.
    static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in text.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                result.append(character)
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return result
    }
}
