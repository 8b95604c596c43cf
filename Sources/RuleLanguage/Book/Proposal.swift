/// An action that a policy wants proposed when a rule alerts; nothing is done before a person approves it.
public struct Proposal: Hashable, Sendable {
    /// Who it is done to.
    public enum Person: String, Hashable, Sendable, CaseIterable {
        /// Who it was done to, or whom the state is about.
        case user
        /// Who did it.
        case actor
    }

    /// What it is done with, beside a person.
    public enum Argument: Hashable, Sendable {
        /// The action needs nothing.
        case nothing
        /// A role or a group by its id; nil: out of any group.
        case id(Int64?)
        /// The role or the factor that the alert's activities name.
        case ofActivity
    }

    /// Words of the actions that can be proposed.
    public static let actions = [
        "suspend", "lock", "end-sessions", "force-password-reset", "activate", "reactivate", "unlock", "set-group",
        "add-role", "remove-role", "remove-factor",
    ]

    public let action: String
    public let person: Person
    public let argument: Argument

    public init(action: String, person: Person, argument: Argument = .nothing) {
        self.action = action
        self.person = person
        self.argument = argument
    }
}

extension Proposal {
    /// Why a text is none.
    enum Flaw: Error, Equatable {
        case unknownAction(String)
        /// Something behind the action that does not belong there; how it is written is told.
        case badWords(form: String)
    }

    /// `suspend`, `suspend actor`, `set-group 4100`, `remove-role` or `remove-role 7001 actor`.
    init(parsing text: String) throws(Flaw) {
        var words = text.split(separator: " ").map(String.init)[...]
        guard let action = words.popFirst(), Self.actions.contains(action) else {
            throw .unknownAction(String(text.prefix { $0 != " " }))
        }
        let form: String
        var argument = Argument.nothing
        switch action {
        case "set-group":
            form = "`set-group ID` or `set-group none`, with `user` or `actor` behind it"
            guard let group = words.popFirst(), group == "none" || Self.id(group) != nil else {
                throw .badWords(form: form)
            }
            argument = .id(Self.id(group))
        case "add-role", "remove-role":
            form = "`\(action)` for the role of the alert, or `\(action) ID`, with `user` or `actor` behind it"
            argument = .ofActivity
            if let role = words.first.flatMap(Self.id) {
                argument = .id(role)
                words.removeFirst()
            }
        default:
            form = "`\(action) user` or `\(action) actor`"
            if action == "remove-factor" { argument = .ofActivity }
        }
        guard words.count <= 1, let person = Person(rawValue: words.first ?? Person.user.rawValue) else {
            throw .badWords(form: form)
        }
        self.init(action: action, person: person, argument: argument)
    }

    /// A number that OneLogin may have given.
    private static func id(_ text: String) -> Int64? { Int64(text).flatMap { $0 > 0 ? $0 : nil } }
}
