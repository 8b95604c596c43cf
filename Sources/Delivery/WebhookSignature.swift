internal import Crypto
internal import Foundation
public import HTTPTransport
public import Timekeeping

/// A key for signing webhooks: `whsec_` and the base 64 of 24 to 64 bytes (Standard Webhooks 1.0.0).
public struct WebhookSecret: Sendable {
    /// Why a text is no secret; never the text itself.
    public enum Problem: Error, Hashable, Sendable {
        case prefixMissing
        case notBase64
        /// How many bytes it has.
        case wrongLength(Int)
    }

    private let key: SymmetricKey

    /// Reads a secret; white space around it is passed over.
    public init(_ secret: Secret) throws(Problem) {
        let text = secret.reveal().trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.hasPrefix("whsec_") else { throw Problem.prefixMissing }
        guard let bytes = Data(base64Encoded: String(text.dropFirst(6))) else { throw Problem.notBase64 }
        guard (24...64).contains(bytes.count) else { throw Problem.wrongLength(bytes.count) }
        key = SymmetricKey(data: bytes)
    }

    func signature(of content: Data) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: content, using: key))
    }

    func isValid(_ signature: Data, of content: Data) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: content, using: key)
    }
}

/// Signs and checks webhooks as Standard Webhooks 1.0.0 says, with symmetric keys (`v1`).
public enum WebhookSignature {
    /// What a check found.
    public enum Verdict: Hashable, Sendable {
        case valid
        /// `webhook-id`, `webhook-timestamp` or `webhook-signature` is missing or empty.
        case headerMissing(String)
        /// The time is no count of seconds.
        case timestampUnreadable
        /// Sent longer ago, or later from now, than the tolerance.
        case tooOld, tooNew
        /// None of the signatures is one of these keys' over this content.
        case noMatch
    }

    /// How far the time of a webhook may be from now.
    public static let tolerance = TimeSpan.minutes(5)

    /// The headers of a webhook.
    ///
    /// - Parameter secrets: Each signs; more than one while keys are changed. Not empty.
    public static func headers(
        id: String, at moment: Timestamp, body: [UInt8], secrets: [WebhookSecret]
    ) -> HTTPHeaders {
        let content = content(id: id, timestamp: String(moment.seconds), body: body)
        let signatures = secrets.map { "v1," + $0.signature(of: content).base64EncodedString() }
        return [
            "webhook-id": id, "webhook-timestamp": String(moment.seconds),
            "webhook-signature": signatures.joined(separator: " "),
        ]
    }

    /// Checks a webhook; whatever it holds, this gives a verdict.
    public static func verify(
        _ headers: HTTPHeaders, body: [UInt8], secrets: [WebhookSecret], now: Timestamp,
        tolerance: TimeSpan = tolerance
    ) -> Verdict {
        var values: [String] = []
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            guard let value = headers[name], !value.isEmpty else { return .headerMissing(name) }
            values.append(value)
        }
        guard values[1].utf8.count <= 15, values[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
            let seconds = Int64(values[1])
        else { return .timestampUnreadable }
        if seconds < now.seconds - tolerance.seconds { return .tooOld }
        if seconds > now.seconds + tolerance.seconds { return .tooNew }
        let content = content(id: values[0], timestamp: values[1], body: body)
        for part in values[2].split(separator: " ") {
            let pieces = part.split(separator: ",", omittingEmptySubsequences: false)
            guard pieces.count == 2, pieces[0] == "v1", let signature = Data(base64Encoded: String(pieces[1]))
            else { continue }
            if secrets.contains(where: { $0.isValid(signature, of: content) }) { return .valid }
        }
        return .noMatch
    }

    private static func content(id: String, timestamp: String, body: [UInt8]) -> Data {
        Data("\(id).\(timestamp).".utf8) + Data(body)
    }
}
