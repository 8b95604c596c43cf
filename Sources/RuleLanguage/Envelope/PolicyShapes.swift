/// Policies and `define` (rule-language.md, section 1).
extension MappingShape {
    static let policy = MappingShape(
        "a policy",
        [
            Key("policy", .kebab, "The id of the policy.", isRequired: true),
            Key("title", .text, "What the policy asks for."),
            Key("description", .text, "Why, and for whom."),
            Key("scope", .mapping(scope), "What it covers."),
            Key(
                "lists", .names(.any, .either(.list(.text), listChange)),
                "[..] replaces a list of `define`, {add: [..]} extends it."),
            Key("rules", .list(.mapping(ruleItem)), "Which rules hold here.", missing: "write which rules hold here"),
            Key("controls", .list(.mapping(control)), "The requirements of an audit framework."),
        ])

    static let scope = MappingShape(
        "`scope`",
        [
            Key("connections", .list(.text), "Names of connections, * and ? as in file names."),
            Key("exclude", .names(.row, .expression), "Rows that are left out before grouping."),
        ])

    static let listChange = MappingShape(
        "a change of a list",
        [Key("add", .list(.text), "What the list has more.", missing: "write `{ add: [...] }`, or `[...]`")])

    static let ruleItem = MappingShape(
        "an item of `rules`", laws: [.exactlyOne(["rule", "select"])],
        [
            Key("rule", .text, "The id of a rule."),
            Key("select", .mapping(select), "Several rules."),
            Key("params", .names(.any, .any), "Values for the rule's parameters."),
            Key("severity", .severity, "A severity instead of the rule's own."),
            Key("receivers", .list(.text), "Who is told."),
            Key(
                "propose", .list(.text),
                "Actions that wait for approval when it alerts: `suspend`, `suspend actor`, `remove-role 7001`."
            ),
            Key("except", .list(.mapping(exception)), "Findings that are not meant."),
        ])

    static let select = MappingShape(
        "`select`", laws: [.filled("tags", unless: "topic")],
        [
            Key("tags", .list(.text), "Rules with one of these tags."),
            Key("topic", .text, "Rules of one folder."),
        ])

    static let exception = MappingShape(
        "an exception",
        [
            Key(
                "name", .text, "The name under which its hits are counted.",
                missing: "give it a name, under which its hits are counted"),
            Key(
                "when", .expression, "Which findings are not meant.", missing: "write which findings are not meant"),
            Key("reason", .text, "Why it is right.", isRequired: true),
            Key("owner", .text, "Who answers for it.", isRequired: true),
            Key("expires", .day, "Until when it holds.", isRequired: true),
        ])

    static let control = MappingShape(
        "a control",
        [
            Key("id", .text, "The framework's number.", missing: "write the number that the framework gives it"),
            Key("title", .text, "What the control asks for.", missing: "write what the control asks for"),
            Key(
                "rules", .list(.text), "The rules that show whether it is met.",
                missing: "write which rules show whether it is met"),
        ])

    // MARK: Definitions

    static let definition = MappingShape(
        "the document",
        [Key("define", .mapping(define), "Lists and functions that all rules share.", isRequired: true)])

    static let define = MappingShape(
        "`define`",
        [
            Key("lists", .names(.identifier, .list(.text)), "Lists; `lists.x` in expressions."),
            Key("functions", .names(.identifier, .mapping(function)), "Named expressions."),
        ])

    static let function = MappingShape(
        "a function",
        [
            Key("args", .names(.identifier, .argumentType), "Arguments with their types."),
            Key(
                "is", .expression, "The expression that it stands for.",
                missing: "write the expression that the function stands for"),
        ])
}
