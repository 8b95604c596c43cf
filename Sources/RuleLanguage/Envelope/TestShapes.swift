/// The tests of a rule (rule-language.md, section 6).
extension MappingShape {
    static let test = MappingShape(
        "a test", laws: [.exclusive("now", with: "start")],
        [
            Key(
                "name", .text, "What the test shows, in a few words.",
                missing: "say in a few words what the test shows"),
            Key("start", .moment, "What `+1h` counts from."),
            Key("now", .moment, "When a state rule looks."),
            Key("end", .moment, "How far the clock is moved."),
            Key("directory", .directory, "The rows of the directory, as far as they matter."),
            Key("changes", .changes, "What becomes of the directory over time."),
            Key("activities", .activities, "What happens."),
            Key(
                "expect", .list(.mapping(expectation)), "The findings in order of firing; the number must agree.",
                missing: "write `expect: []` where nothing may fire"),
        ])

    static let expectation = MappingShape(
        "an expectation",
        [
            Key("key", .list(.any), "The identity of the alert."),
            Key("severity", .severity, "The severity."),
            Key("at", .moment, "When it fires."),
            Key("vars", .names(.any, .any), "What the rule computed."),
            Key("message_matches", .text, "A pattern that must be found in the message."),
        ])

    /// A fixture that stands for several.
    static let repetition = MappingShape(
        "a repeated fixture",
        [
            Key("at", .moment, "When the first is."),
            Key("repeat", .count(1), "How many there are.", isRequired: true),
            Key("every", .span, "How long after one the next is."),
            Key("item", .any, "One of them; ${i} is its number.", isRequired: true),
        ])

    /// The rows of a test's directory.
    static func directory(_ schema: Schema) -> MappingShape {
        MappingShape("`directory`", schema.rows.map { Key($0.collection, .any, "Rows, each a \($0.word).") })
    }
}
