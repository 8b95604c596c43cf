/// The verbs of an activity rule (rule-language.md, section 4).
extension MappingShape {
    private static let by = Key(
        "by", .list(.expression), "What must be equal; [] for the whole connection.",
        missing: "write what must be equal, such as `by: [activity.user_id]`, or `by: []`")

    static let threshold = MappingShape(
        "`threshold`", laws: [.windows],
        [
            by,
            Key("window", .word(["sliding", "tumbling", "session"]), "How activities are counted together."),
            Key("within", .span, "The window's length."),
            Key("gap", .span, "After how long without an activity a session ends."),
            Key("timezone", .zone, "The time zone of the calendar windows."),
            lets,
        ])

    static let sequence = MappingShape(
        "`sequence`", laws: [.absentLast],
        [
            by,
            Key(
                "within", .span, "How long after the first step the last may come.",
                missing: "write how long after the first step the last may come"),
            Key("unordered", .flag, "Whether the steps may come in any order."),
            Key("until", .expression, "What ends the open sequences of its own key."),
            Key(
                "steps", .list(.mapping(step), atLeast: 2, atMost: VerbReader.stepLimit), "The steps in order.",
                missing: "write two steps or more"),
        ])

    static let step = MappingShape(
        "a step",
        [
            Key(
                "id", .identifier, "The name under which others read it.",
                missing: "give the step a name, under which others read it"),
            Key(
                "match", .expression, "Which activities are this step.",
                missing: "write which activities are this step"),
            Key("absent", .flag, "The step must not come."),
        ])

    private static let within = Key(
        "within", .span, "The length of time.", missing: "write a length of time, such as `within: 24h`")

    static let previous = MappingShape("`previous`", [by, within])
    static let flatline = MappingShape("`flatline`", [by, within])

    static let spike = MappingShape(
        "`spike`",
        [
            by,
            Key(
                "bucket", .span, "A bucket's length.", missing: "write a bucket's length, such as `bucket: 1d`"),
            Key(
                "baseline", .span, "How far back is usual.",
                missing: "write how far back is usual, such as `baseline: 30d`"),
            Key("min_buckets", .count(1), "How many complete buckets must be known before a verdict."),
            Key("timezone", .zone, "The time zone of the buckets."),
        ])

    /// The mapping of a verb.
    static func verb(_ name: String) -> MappingShape? {
        guard case .mapping(let shape)? = activity.key(name)?.value else { return nil }
        return shape
    }
}
