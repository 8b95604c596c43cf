/// The document of a rule (rule-language.md, section 2).
extension MappingShape {
    static let rule = MappingShape(
        "a rule",
        laws: [
            .exactlyOne(["state", "activity"]), .exclusive("hold", with: "activity"),
            .exclusive("cooldown", with: "state"), .unset("signal", with: "state"),
        ],
        [
            Key("rule", .kebab, "The id: kebab case, unique, names the bad state.", isRequired: true),
            Key("title", .text, "What is wrong, in a few words.", missing: "write what is wrong in a few words"),
            Key("description", .text, "What the rule finds and why it matters."),
            Key(
                "severity", .severity, "How bad it is.",
                missing: "write `severity: medium`, or another of the five levels"),
            Key("severity_when", .list(.mapping(severityBranch)), "Branches in order; the first true one wins."),
            Key("tags", .list(.text), "Words to pick rules by, such as attack.t1078."),
            Key("owner", .text, "Who answers for the rule."),
            Key("runbook", .text, "Where it says what to do."),
            Key("references", .list(.text), "Pages to read."),
            Key("false_positives", .list(.text), "What fires it and is harmless."),
            Key("enabled", .flag, "Whether the rule is in use; true where it is not written."),
            Key("signal", .flag, "Raises no alert; its hits are activities for other rules."),
            Key("regex", .word(["standard", "extended"]), "Whether patterns may recurse and refer back."),
            Key(
                "params", .names(.identifier, .mapping(parameter)),
                "What a policy may set; `params.x` in expressions."),
            Key("state", .mapping(state), "A rule over the rows of the directory."),
            Key("activity", .mapping(activity), "A rule over what happened."),
            Key("key", .list(.expression), "The identity of the alert."),
            Key("hold", .span, "How long a state must last before its alert opens."),
            Key("cooldown", .span, "How long findings of one key join one alert."),
            Key("message", .text, "What a person reads; ${...} holds CEL."),
            Key("tests", .list(.mapping(test)), "Facts on simulated time, and what they must give."),
        ])

    static let severityBranch = MappingShape(
        "a branch of `severity_when`",
        [
            Key("if", .expression, "The condition.", missing: "write the condition"),
            Key(
                "set", .severity, "The severity that the condition sets.",
                missing: "write the severity that the condition sets"),
        ])

    static let parameter = MappingShape(
        "a parameter", laws: [.typedDefault],
        [
            Key(
                "type", .word(["int", "double", "string", "bool", "duration", "list(string)"]), "The type.",
                missing: "write `type: int`, or another type"),
            Key(
                "default", .any, "The value where no policy sets one.",
                missing: "write the value that holds where no policy sets one"),
            Key("description", .text, "What the value means."),
        ])

    static let state = MappingShape(
        "`state`", laws: [.atLeastOne(["alert_if", "where"])],
        [
            Key(
                "each", .row, "What each row is.", missing: "write what each row is, such as `each: user`"),
            Key("where", .expression, "Which rows count."),
            Key("group", .mapping(group), "Makes groups of rows."),
            Key("alert_if", .expression, "What is bad, of a row or a group."),
        ])

    static let group = MappingShape(
        "`group`",
        [
            Key(
                "by", .list(.expression), "What rows of one group have in common; [] makes one group.",
                missing: "write `by: []` for one group of all rows"),
            lets,
        ])

    static let lets = Key("let", .names(.free, .expression), "Names for what is computed over the group or window.")

    // MARK: Activities

    static let activity = MappingShape(
        "`activity`", laws: [.atMostOne(VerbReader.names), .atLeastOne(["match"] + VerbReader.names)],
        [
            Key("as_of", .word(["activity"]), "The directory is read as it was at the activity; no other value."),
            Key(
                "profiles", .names(.free, .mapping(profile)),
                "Values seen before of a key; each gives `is_new.<name>`."),
            Key("match", .expression, "Which activities count."),
            Key("threshold", .mapping(threshold), "Counts within a window."),
            Key("sequence", .mapping(sequence), "Several activities of one key within a time."),
            Key("previous", .mapping(previous), "The last match of the same key, and how long ago."),
            Key("spike", .mapping(spike), "A count in a bucket against earlier ones."),
            Key("flatline", .mapping(flatline), "A key that was seen goes quiet."),
            Key("alert_if", .expression, "What is bad, of a match or of what the verb gives."),
        ])

    static let profile = MappingShape(
        "a profile",
        [
            Key("match", .expression, "Which activities are learned from."),
            Key(
                "by", .list(.expression), "Whose values they are.",
                missing: "write `by: [activity.user_id]`, or `by: []`"),
            Key("value", .expression, "What is new or known.", missing: "write what is new or known"),
            Key(
                "history", .span, "How long a value is remembered.",
                missing: "write how long a value is remembered, such as `90d`"),
            Key(
                "learn", .span, "How old a key must be before anything is new.",
                missing: "write how old a key must be before anything is new, such as `14d`"),
        ])
}
