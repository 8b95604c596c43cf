/// An action that a policy wants proposed when a rule alerts; nothing is done before a person approves it.
public struct Proposal: Hashable, Sendable {
    /// Who it is done to.
    public enum Person: String, Hashable, Sendable, CaseIterable {
        /// Who it was done to, or whom the state is about.
        case user
        /// Who did it.
        case actor
    }

    /// Words of actions that need nothing but a user.
    public static let actions = [
        "suspend", "lock", "end-sessions", "force-password-reset", "activate", "reactivate", "unlock",
    ]

    public let action: String
    public let person: Person

    public init(action: String, person: Person) {
        self.action = action
        self.person = person
    }
}
