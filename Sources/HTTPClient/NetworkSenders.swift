public import HTTPTransport
import Synchronization

/// Senders for several ways to the world: what shares proxy and CA file shares a connection pool.
///
/// Owns every pool: use ``with(_:_:)``, which shuts them down on every way out.
public final class NetworkSenders: Sendable {
    private let base: NetworkSettings
    private let senders = Mutex<[NetworkSettings: NetworkSender]>([:])

    private init(_ base: NetworkSettings) { self.base = base }

    /// Runs `body` with senders that are shut down afterwards, whether it returned or threw.
    ///
    /// - Parameter base: What all of them have in common.
    @discardableResult
    public static func with<Value: Sendable>(
        _ base: NetworkSettings = NetworkSettings(), _ body: @Sendable (NetworkSenders) async throws -> Value
    ) async throws -> Value {
        let senders = NetworkSenders(base)
        do {
            let value = try await body(senders)
            await senders.shutdown()
            return value
        } catch {
            await senders.shutdown()
            throw error
        }
    }

    /// The sender of one way, made when it is first asked for.
    ///
    /// - Parameters:
    ///   - caFile: A PEM file of certificate authorities that are trusted instead of the system's.
    ///   - proxy: Where a CONNECT proxy listens.
    /// - Throws: ``TransportFailure/tls(host:detail:)`` when the CA file cannot be read; the host is empty then.
    public func sender(
        caFile: String? = nil, proxy: NetworkSettings.Proxy? = nil
    ) throws(TransportFailure) -> any HTTPSender {
        var settings = base
        settings.caFile = caFile
        settings.proxy = proxy
        if let known = senders.withLock({ $0[settings] }) { return known }
        let made = try NetworkSender(settings)
        // Of two that were made at once, one is let go of and shuts itself down.
        return senders.withLock { senders in
            if let known = senders[settings] { return known }
            senders[settings] = made
            return made
        }
    }

    private func shutdown() async {
        for sender in senders.withLock({ Array($0.values) }) { await sender.shutdown() }
    }
}
