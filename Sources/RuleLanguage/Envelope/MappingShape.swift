/// A mapping of rule files: its keys, which of them are needed, and what stands under each.
///
/// The one table of the envelope. Readers take the known keys, their order and the words about a missing one from it,
/// and refuse to read a key in another way than it says; the JSON Schema and the order of `rules fmt` are made of it.
struct MappingShape: Equatable, Sendable {
    /// One key of the mapping.
    struct Key: Equatable, Sendable {
        let name: String
        let value: ValueShape
        /// What it is for, in one line, as editors show it.
        let doc: String
        /// Whether a mapping without it is an error.
        let isRequired: Bool
        /// What to do when it is missing; nil where the reader says it in words of its own.
        let missing: String?

        init(_ name: String, _ value: ValueShape, _ doc: String, isRequired: Bool = false, missing: String? = nil) {
            self.name = name
            self.value = value
            self.doc = doc
            self.isRequired = isRequired || missing != nil
            self.missing = missing
        }
    }

    /// What holds between keys.
    enum Law: Equatable, Sendable {
        case exactlyOne([String])
        case atMostOne([String])
        case atLeastOne([String])
        /// The first key is not written beside the second.
        case exclusive(String, with: String)
        /// The flag is not true beside the key.
        case unset(String, with: String)
        /// A list that, where nothing else is picked by, has an item.
        case filled(String, unless: String)
        /// `within`, `gap` and `timezone` as the kind of window needs them.
        case windows
        /// `absent` is for the last step, and for ordered ones.
        case absentLast
        /// `default` is of the type that `type` names.
        case typedDefault
    }

    /// What the mapping is, with its article: `a rule`.
    let what: String
    /// In the order in which `rules fmt` writes them.
    let keys: [Key]
    let laws: [Law]

    init(_ what: String, laws: [Law] = [], _ keys: [Key]) {
        self.what = what
        self.keys = keys
        self.laws = laws
    }

    func key(_ name: String) -> Key? { keys.first { $0.name == name } }
}

/// What stands under a key.
indirect enum ValueShape: Equatable, Sendable {
    /// Text that is not empty.
    case text
    /// The id of a rule or policy.
    case kebab
    /// A name that other expressions read.
    case identifier
    case flag
    /// A length of time above zero.
    case span
    case severity
    case zone
    /// A CEL expression.
    case expression
    /// One of some words.
    case word([String])
    /// A whole number of at least so much.
    case count(Int)
    /// A day, or an RFC 3339 time.
    case day
    /// `+20d30m` after the start, or an RFC 3339 time.
    case moment
    /// A word of `Schema.rows`.
    case row
    /// A type that an argument of a function may have.
    case argumentType
    /// A list of at least and at most so many items.
    case list(ValueShape, atLeast: Int = 0, atMost: Int? = nil)
    case mapping(MappingShape)
    /// A mapping whose keys are names of the author.
    case names(NameRule, ValueShape)
    /// A list, or a mapping.
    case either(ValueShape, MappingShape)
    /// The rows of a test's directory, by collection.
    case directory
    case changes
    case activities
    /// Anything; what it means is decided by something else.
    case any

    /// What the names of the author may be.
    enum NameRule: Equatable, Sendable {
        case any
        /// What CEL can read as a name.
        case identifier
        /// Such a name that means nothing in every rule.
        case free
        /// A word of `Schema.rows`.
        case row
    }
}
