/// Carries one request to a server and its answer back: the only door to the network.
public protocol HTTPSender: Sendable {
    /// Sends a request once: no redirect is followed, nothing is tried again.
    ///
    /// - Returns: The answer with any status; what a status means is the caller's to say.
    /// - Throws: What kept an answer from coming back whole within `limits`.
    func send(_ request: HTTPRequest, limits: HTTPLimits) async throws(TransportFailure) -> HTTPResponse
}

/// How long one request may take and how much may come back.
///
/// Connect and read timeouts belong to the sender as a whole, not to a request.
public struct HTTPLimits: Hashable, Sendable {
    /// From the call to the last byte of the body.
    public var deadlineMilliseconds: Int64
    /// Bytes of a body that are taken before the answer is refused.
    public var bodyBytes: Int

    public init(deadlineMilliseconds: Int64 = 60_000, bodyBytes: Int = 16 * 1024 * 1024) {
        self.deadlineMilliseconds = deadlineMilliseconds
        self.bodyBytes = bodyBytes
    }
}

/// Why no whole answer came back.
public enum TransportFailure: Error, Hashable, Sendable {
    /// The part of the way that took too long.
    public enum Stage: String, Hashable, Sendable {
        case connect, tlsHandshake, read, deadline
    }

    /// No address is known for the host.
    case nameNotFound(host: String)
    /// Nobody listens there.
    case refused(host: String)
    /// The network has no way there, or another fault below HTTP.
    case unreachable(host: String, detail: String)
    /// Certificate or handshake; the detail is the library's.
    case tls(host: String, detail: String)
    case timedOut(Stage, afterMilliseconds: Int64)
    /// The server hung up before the answer was whole.
    case connectionClosed
    case bodyTooLarge(limitBytes: Int)
    /// The request cannot be sent as it is.
    case invalidRequest(detail: String)
    /// The task was cancelled, or the transport has been shut down.
    case cancelled

    /// Whether the same request may fare better later.
    public var isTransient: Bool {
        switch self {
        case .refused, .unreachable, .timedOut, .connectionClosed, .nameNotFound: true
        case .tls, .bodyTooLarge, .invalidRequest, .cancelled: false
        }
    }
}

extension TransportFailure: CustomStringConvertible {
    /// One clause for messages and logs.
    public var description: String {
        switch self {
        case .nameNotFound(let host): "no address is known for `\(host)`"
        case .refused(let host): "`\(host)` refused the connection"
        case .unreachable(let host, let detail): "`\(host)` could not be reached: \(detail)"
        case .tls(let host, let detail): "TLS with `\(host)` failed: \(detail)"
        case .timedOut(let stage, let milliseconds): "\(stage.clause) within \(milliseconds) ms"
        case .connectionClosed: "the connection was closed before the answer was whole"
        case .bodyTooLarge(let limit): "the answer was longer than \(limit) bytes"
        case .invalidRequest(let detail): "the request cannot be sent: \(detail)"
        case .cancelled: "the request was cancelled"
        }
    }
}

extension TransportFailure.Stage {
    fileprivate var clause: String {
        switch self {
        case .connect: "no connection"
        case .tlsHandshake: "no TLS session"
        case .read: "nothing more was received"
        case .deadline: "no whole answer"
        }
    }
}
