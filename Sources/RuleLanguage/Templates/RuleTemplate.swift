/// The text of a new rule: one that loads, and whose two tests pass, for its author to change.
public enum RuleTemplate: String, CaseIterable, Sendable {
    case activity, state, group, threshold, session, sequence, absence, previous, spike, flatline, profile, signal

    /// The file of a rule of that id; nil when the id is none.
    public func text(id: String) -> String? {
        guard Names.isKebab(id) else { return nil }
        return """
            rule: \(id)
            title: \(Self.title(of: id))
            description: Say what it finds, and why somebody should look.
            severity: medium
            owner: identity-security

            """ + body
    }

    /// The file's name in the folder of its topic.
    public static func fileName(id: String) -> String { id + ".yaml" }

    /// The id as words, with a capital first.
    private static func title(of id: String) -> String {
        let words = id.split(separator: "-").joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private var body: String {
        switch self {
        case .activity: Self.activityBody
        case .signal: "signal: true\n" + Self.activityBody
        case .state: Self.stateBody
        case .group: Self.groupBody
        case .threshold: Self.thresholdBody
        case .session: Self.sessionBody
        case .sequence: Self.sequenceBody
        case .absence: Self.absenceBody
        case .previous: Self.previousBody
        case .spike: Self.spikeBody
        case .flatline: Self.flatlineBody
        case .profile: Self.profileBody
        }
    }
}
