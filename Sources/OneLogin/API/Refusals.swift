import Directory
import HTTPTransport
import Timekeeping

/// Says of a call that failed what it means and what to do: the words operators read.
struct Refusals {
    static let reportRemedy = "try again later; if it stays so, the API has changed and Tocsin needs an update"

    private let connection: OneLoginConnection
    private let state: AccountState
    private let skewLimit: TimeSpan
    private let now: Timestamp
    let attempt: String

    init(_ calls: Calls, _ attempt: String) {
        connection = calls.connection
        state = calls.state
        skewLimit = calls.settings.clockSkewLimit
        now = calls.clock.now()
        self.attempt = attempt
    }

    var cancelled: SourceFailure {
        SourceFailure(.cancelled, attempt: attempt, answer: "it was cancelled", remedy: "start it again")
    }

    func budgetSpent(_ wait: TimeSpan) -> SourceFailure {
        SourceFailure(
            .rateLimited, attempt: attempt, answer: "the account's calls of this hour are used up",
            remedy: "wait; other clients of the account spend from the same 5000 calls an hour", retryAfter: wait)
    }

    func tenantUnknown(_ answer: String) -> SourceFailure {
        let name = connection.subdomain.isEmpty ? connection.baseURL : connection.subdomain
        return SourceFailure(
            .tenantUnknown, attempt: attempt, answer: "no OneLogin account answers as `\(name)`: \(answer)",
            remedy:
                "check the subdomain: `acme` for people who sign in at acme.onelogin.com; the account may be inactive")
    }

    /// What a token request was refused with.
    func tokenRefused(_ answer: HTTPResponse) async -> SourceFailure {
        let body = ErrorBody(answer)
        switch answer.status {
        case 401: return await credentialsRejected(body)
        case 400 where body.says("authorization"): return await credentialsRejected(body)
        case 300..<400, 404: return tenantUnknown("status \(answer.status)")
        default: return failure(for: answer, priority: .events)
        }
    }

    /// OneLogin answers a wrong id and a wrong secret alike; the form of the id tells more.
    private func credentialsRejected(_ body: ErrorBody) async -> SourceFailure {
        if let skew = await clockSkew() { return skew }
        if !connection.hasUsualClientID {
            return SourceFailure(
                .credentialsRejected, attempt: attempt,
                answer:
                    "the client id is not what OneLogin gives out (64 characters, 0-9 and a-f), and it was refused: "
                    + body.message,
                remedy: "copy the Client ID from Developers > API Credentials; the name or number is something else")
        }
        let id = String(connection.clientID.prefix(6))
        return SourceFailure(
            .credentialsRejected, attempt: attempt,
            answer: "the client id `\(id)…` has the right form, the pair of id and secret was refused: "
                + body.message,
            remedy: "open Developers > API Credentials: when `\(id)…` is not listed or disabled, the id is wrong or "
                + "deleted; when it is listed, the secret is wrong or was regenerated: copy it again")
    }

    /// A 401 with a token: what is told apart by its words (reference, section 3).
    func unauthorised(_ body: ErrorBody, isRenewed: Bool) async -> SourceFailure {
        if body.says("insufficient permission") { return scopeMissing(body.message) }
        if let skew = await clockSkew() { return skew }
        return scopeMissing(
            "\(body.message), also with a new token: the scope is missing or the credential has expired")
    }

    private func scopeMissing(_ answer: String) -> SourceFailure {
        SourceFailure(
            .scopeMissing, attempt: attempt, answer: answer,
            remedy: "give the credential the scope `Read All` in Developers > API Credentials "
                + "(`Manage All` for privileges and actions)")
    }

    /// The difference of the clocks, when it is above the limit.
    func clockSkew() async -> SourceFailure? {
        guard let skew = await state.clockSkew, skew > skewLimit || -skew > skewLimit else { return nil }
        let direction = skew > .zero ? "behind" : "ahead of"
        let size = skew > .zero ? skew : -skew
        return SourceFailure(
            .clockSkew, attempt: attempt, answer: "this machine's clock is \(size.shortText) \(direction) OneLogin's",
            remedy: "set the clock, for instance with `timedatectl set-ntp true`")
    }

    /// What any other refusal means.
    func failure(for answer: HTTPResponse, priority: RateBudget.Priority) -> SourceFailure {
        let body = ErrorBody(answer)
        let shown = "status \(answer.status), \(body.message)"
        switch answer.status {
        case 300..<400: return tenantUnknown(shown)
        case 403:
            return SourceFailure(
                .notAvailable, attempt: attempt, answer: shown,
                remedy: "use a credential that may see this; the account's subscription may lack it")
        case 404 where body.isPage: return tenantUnknown(shown)
        case 404:
            return SourceFailure(
                .notAvailable, attempt: attempt, answer: shown,
                remedy: "nothing to do when the account's subscription does not have it")
        default:
            return SourceFailure(.malformedAnswer, attempt: attempt, answer: shown, remedy: Self.reportRemedy)
        }
    }

    /// What a refused change means: a fault of the server, or a wait that ended, leaves open whether it was made; any
    /// other refusal says that it was not.
    func failure(ofWrite answer: HTTPResponse) -> SourceFailure {
        let body = ErrorBody(answer)
        let status = answer.status
        if status == 429 || status == 400 && body.says("rate_limit_exceeded", "rate limit exceeded") {
            let wait = Calls.retryAfter(answer, now: now)
            return exhausted(.status(429, retryAfterMilliseconds: wait), answer: answer)
        }
        if status == 408 || status >= 500 { return exhausted(.status(status), answer: answer) }
        guard (400..<500).contains(status), !(status == 404 && body.isPage) else {
            return failure(for: answer, priority: .events)
        }
        let remedy =
            switch status {
            case 403: "use a credential that may change this user, with the scope `Manage All`"
            case 404: "look whether the user, role, group or factor is still there, and plan anew"
            case 409, 422: "mend in OneLogin what the answer names, and plan anew"
            default: "look at what the answer names; the user's state or the account's settings do not allow it"
            }
        return SourceFailure(.refused, attempt: attempt, answer: "status \(status), \(body.message)", remedy: remedy)
    }

    /// What the last try ended with when no more are made.
    func exhausted(_ outcome: RetryPolicy.Outcome, answer: HTTPResponse?) -> SourceFailure {
        switch outcome {
        case .failure(let failure): return unreachable(failure)
        case .status(429, let wait):
            return SourceFailure(
                .rateLimited, attempt: attempt, answer: "OneLogin asks for fewer calls (status 429)",
                remedy: "wait; other clients of the account spend from the same 5000 calls an hour",
                retryAfter: wait.map { .milliseconds($0) })
        case .status(_, let wait):
            guard let answer, !answer.isSuccess else {
                if let answer, ErrorBody(answer).isPage, attempt.hasSuffix("/token") {
                    return tenantUnknown("a web page instead of a token")
                }
                return SourceFailure(
                    .malformedAnswer, attempt: attempt, answer: "an answer that is cut off or no JSON",
                    remedy: Self.reportRemedy)
            }
            let owner = answer.status == 500 ? "; a credential whose owner was deleted answers so as well" : ""
            return SourceFailure(
                .serverFault, attempt: attempt, answer: "status \(answer.status), \(ErrorBody(answer).message)",
                remedy: "wait for OneLogin to recover, see its status page\(owner)",
                retryAfter: wait.map { .milliseconds($0) })
        }
    }

    private func unreachable(_ failure: TransportFailure) -> SourceFailure {
        let remedy: String
        switch failure {
        case .cancelled: return cancelled
        case .nameNotFound where connection.baseURL.hasSuffix(".onelogin.com"):
            return tenantUnknown("no address is known for the host")
        case .nameNotFound: remedy = "check the base URL, and that this machine can resolve names"
        case .tls: remedy = "check the clock and the CA certificates; behind a TLS proxy name its CA file"
        case .refused, .timedOut, .unreachable, .connectionClosed:
            remedy = "check the network, the firewall and the proxy between this machine and OneLogin"
        case .bodyTooLarge, .invalidRequest: remedy = Self.reportRemedy
        }
        return SourceFailure(.unreachable, attempt: attempt, answer: "\(failure)", remedy: remedy)
    }
}
