import AsyncHTTPClient
import HTTPTransport
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Turns what async-http-client and NIO throw into our own failures.
struct FailureExplanation {
    let host: String
    let settings: NetworkSettings
    let deadlineMilliseconds: Int64

    func failure(for error: any Error) -> TransportFailure {
        switch error {
        case let error as HTTPClientError: clientFailure(error)
        case let error as NIOConnectionError: connectionFailure(error)
        case let error as IOError: ioFailure(error)
        case let error as NIOSSLError: .tls(host: host, detail: tlsDetail(error))
        case let error as NIOSSLExtraError: .tls(host: host, detail: "\(error)")
        case let error as BoringSSLError: .tls(host: host, detail: "\(error)")
        case is SocketAddressError: .nameNotFound(host: host)
        case is CancellationError: .cancelled
        case ChannelError.connectTimeout: .timedOut(.connect, afterMilliseconds: settings.connectMilliseconds)
        case is ChannelError: .connectionClosed
        default: .unreachable(host: host, detail: "\(error)")
        }
    }

    private func clientFailure(_ error: HTTPClientError) -> TransportFailure {
        switch error {
        case .connectTimeout, .httpProxyHandshakeTimeout, .socksHandshakeTimeout, .getConnectionFromPoolTimeout:
            .timedOut(.connect, afterMilliseconds: settings.connectMilliseconds)
        case .tlsHandshakeTimeout: .timedOut(.tlsHandshake, afterMilliseconds: settings.connectMilliseconds)
        case .readTimeout, .writeTimeout: .timedOut(.read, afterMilliseconds: settings.readMilliseconds)
        case .deadlineExceeded: .timedOut(.deadline, afterMilliseconds: deadlineMilliseconds)
        case .remoteConnectionClosed, .uncleanShutdown: .connectionClosed
        case .cancelled, .alreadyShutdown, .requestStreamCancelled: .cancelled
        case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath:
            .invalidRequest(detail: "its URL has no scheme or host")
        case .invalidProxyResponse, .proxyAuthenticationRequired:
            .unreachable(host: host, detail: "the proxy refused: \(error.shortDescription)")
        default:
            error.isAboutTheRequest
                ? .invalidRequest(detail: error.shortDescription)
                : .unreachable(host: host, detail: error.shortDescription)
        }
    }

    private func connectionFailure(_ error: NIOConnectionError) -> TransportFailure {
        if let first = error.connectionErrors.first {
            if case ChannelError.connectTimeout = first.error {
                return .timedOut(.connect, afterMilliseconds: settings.connectMilliseconds)
            }
            if let cause = first.error as? IOError { return ioFailure(cause) }
            return .unreachable(host: host, detail: "\(first.error)")
        }
        return .nameNotFound(host: host)
    }

    private func ioFailure(_ error: IOError) -> TransportFailure {
        switch error.errnoCode {
        case ECONNREFUSED: .refused(host: host)
        case ECONNRESET, EPIPE: .connectionClosed
        case ETIMEDOUT: .timedOut(.connect, afterMilliseconds: settings.connectMilliseconds)
        default: .unreachable(host: host, detail: String(cString: strerror(error.errnoCode)))
        }
    }

    private func tlsDetail(_ error: NIOSSLError) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "the certificate is not trusted" }
        if text.contains("WRONG_VERSION_NUMBER") { return "the server does not speak TLS on this port" }
        return text
    }
}

extension HTTPClientError {
    /// Whether the request was refused before it was sent.
    fileprivate var isAboutTheRequest: Bool {
        let text = "\(self)"
        return ["unsupportedScheme", "invalidHeaderFieldNames", "invalidHeaderFieldValues"].contains {
            text.contains($0)
        }
    }
}
