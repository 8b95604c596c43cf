public import CEL

/// What rules may name: the records with their fields, and the closed vocabularies.
///
/// A value, so that this module knows no directory: `Evaluation` makes it from its table of fields, tests make their
/// own, and `rules fields` and the docs page print it.
public struct Schema: Sendable {
    /// A word that stands for a kind of row, such as `user`.
    public struct Row: Hashable, Sendable {
        /// The word after `each:`, which is also the variable.
        public let word: String
        /// The name of its object type.
        public let type: String
        /// The name of its collection in fixtures, such as `users`.
        public let collection: String

        public init(word: String, type: String, collection: String) {
            self.word = word
            self.type = type
            self.collection = collection
        }
    }

    /// Every record type, in the order that pages show them.
    public var objects: [ObjectType]
    /// The name of the activity's object type.
    public var activity: String
    /// The name of the object type of `target` and `actor`.
    public var user: String
    /// The kinds of rows that `each` and fixtures know, in the order that pages show them.
    public var rows: [Row]
    /// The closed vocabulary of `activity.kind`; the book adds `signal.<rule>`.
    public var kinds: Set<String>
    /// The kinds that events of a type number have; a number that is not here is of a type that is not known.
    public var kindsOfTypes: [Int64: Set<String>] = [:]
    /// Other closed vocabularies, by `Object.field`, such as `User.status`.
    public var vocabularies: [String: Set<String>]
    /// What `directory` is in state rules; nil where it means nothing.
    public var directory: ObjectType?
    /// What expressions over these names may cost.
    public var limits = RuleLimits.default

    public init(
        objects: [ObjectType], activity: String, user: String, rows: [Row], kinds: Set<String>,
        vocabularies: [String: Set<String>] = [:], directory: ObjectType? = nil
    ) {
        self.directory = directory
        self.objects = objects
        self.activity = activity
        self.user = user
        self.rows = rows
        self.kinds = kinds
        self.vocabularies = vocabularies
    }

    /// The record type of that name.
    public func object(_ name: String) -> ObjectType? { objects.first { $0.name == name } }

    /// The row of a word such as `user`.
    public func row(_ word: String) -> Row? { rows.first { $0.word == word } }
}
