public import Directory

/// How a connection is doing, as operators see it (architecture, section 5).
public enum ConnectionStatus: Hashable, Sendable {
    /// Nothing has been fetched yet.
    case connecting
    /// The first copy is on its way.
    case initialSync(SyncProgress)
    /// The last pass brought everything that this credential may see.
    case connected
    /// It works, but not all of it: the last good copy stands.
    case degraded(reason: String)
    /// Nothing can be fetched until somebody acts.
    case failed(reason: String, remedy: String)

    /// The word for status lines and JSON.
    public var word: String {
        switch self {
        case .connecting: "connecting"
        case .initialSync: "initial_sync"
        case .connected: "connected"
        case .degraded: "degraded"
        case .failed: "failed"
        }
    }

    /// What a pass makes of the status before it.
    ///
    /// - Parameters:
    ///   - hasCopy: Whether a complete directory has become current, in this pass or an earlier one.
    ///   - failures: What went wrong in this pass, in order.
    static func after(
        hasCopy: Bool, failures: [SourceFailure], progress: SyncProgress
    ) -> ConnectionStatus {
        if let final = failures.first(where: { $0.cause.needsPerson }) {
            return .failed(reason: "\(final.attempt): \(final.answer)", remedy: final.remedy)
        }
        guard hasCopy else {
            guard let failure = failures.first else { return .initialSync(progress) }
            return .degraded(reason: "first sync not finished: \(failure.attempt): \(failure.answer)")
        }
        guard let failure = failures.first else { return .connected }
        return .degraded(reason: "\(failure.attempt): \(failure.answer)")
    }
}

extension SourceFailure.Cause {
    /// Whether trying again is of no use before somebody has changed something.
    public var needsPerson: Bool {
        switch self {
        case .secretHasBlank, .credentialsRejected, .scopeMissing, .tenantUnknown: true
        case .notAvailable, .refused, .unreachable, .rateLimited, .serverFault, .malformedAnswer, .cancelled,
            .clockSkew,
            .heldForConfirmation:
            false
        }
    }
}
