/// One message about one transition for one receiver.
public struct Notice: Hashable, Sendable, Codable, Identifiable {
    /// Derived from alert, transition and receiver: `nt_` and 26 characters; a receiver may tell repeats by it.
    public let id: String
    public let receiver: String
    public let transition: Transition
    /// Notices of one key reach one receiver in their order.
    public let keyID: String

    public init(_ transition: Transition, receiver: String) {
        var bytes = CanonicalBytes()
        bytes.append(transition.alert.id)
        bytes.append(Int64(transition.alert.sequence))
        bytes.append(transition.kind.rawValue)
        bytes.append(receiver)
        id = "nt_" + bytes.digestText
        self.receiver = receiver
        self.transition = transition
        keyID = transition.alert.dedupKey.keyID
    }
}

/// Which transitions are told to whom.
public struct NoticeRouting: Hashable, Sendable {
    /// Receivers of alerts whose policy names none, in the order given.
    public var defaultReceivers: [String]
    /// Receivers that do not want to hear that an alert is resolved.
    public var receiversWithoutResolved: Set<String>

    public init(defaultReceivers: [String], receiversWithoutResolved: Set<String> = []) {
        self.defaultReceivers = defaultReceivers
        self.receiversWithoutResolved = receiversWithoutResolved
    }

    /// The notices of `transitions`, in their order: one a receiver for opened, raised and resolved.
    public func notices(for transitions: [Transition]) -> [Notice] {
        transitions.flatMap { transition in
            receivers(of: transition).map { Notice(transition, receiver: $0) }
        }
    }

    private func receivers(of transition: Transition) -> [String] {
        let named = transition.alert.receivers.isEmpty ? defaultReceivers : transition.alert.receivers
        var seen = Set<String>()
        let receivers = named.filter { seen.insert($0).inserted }
        switch transition.kind {
        case .opened, .raised: return receivers
        case .resolved: return receivers.filter { !receiversWithoutResolved.contains($0) }
        case .pending, .refreshed, .withdrawn: return []
        }
    }
}
