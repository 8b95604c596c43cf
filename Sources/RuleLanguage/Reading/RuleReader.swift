import Alerting
import CEL
import Diagnostics
import Timekeeping

/// Reads the document of one rule: its keys, not yet its expressions (rule-language.md, section 2).
struct RuleReader {
    let sink: DiagnosticSink
    let schema: Schema

    /// Days that no time of a rule may pass.
    static let longestSpan = TimeSpan.days(400)

    /// The rule; nil when so much is missing that nothing else can be said about it.
    func read(_ document: YAMLDocument, isNamedForFile: Bool) -> RuleSource? {
        guard var keys = MappingReader(document.root, .rule, sink) else { return nil }
        let id = keys.text("rule").flatMap { checkedID($0, isNamedForFile: isNamedForFile) }
        let title = keys.text("title")?.text
        let description = keys.text("description")?.text ?? ""
        let severity = keys.severity("severity")
        let branches = severityBranches(&keys)
        let parameters = ParameterReader(sink: sink).parameters(&keys)
        let tags = keys.texts("tags").map(\.text)
        let owner = keys.text("owner")?.text
        let runbook = keys.text("runbook")?.text
        let references = keys.texts("references").map(\.text)
        let falsePositives = keys.texts("false_positives").map(\.text)
        let isEnabled = keys.flag("enabled") ?? true
        let isSignal = keys.flag("signal") ?? false
        let extended = regexMode(&keys)
        let body = self.body(&keys)
        let key = keys.expressions("key")
        let hold = keys.span("hold")
        let cooldown = keys.span("cooldown")
        checkTiming(keys, hold: hold, body: body)
        if case .state = body, isSignal, let place = keys.place(of: "signal") {
            sink.error(
                .verbConflict, "`signal` is for activities, and this rule looks at a state", at: place,
                help: "remove it, or match the activity that brings the state about")
        }
        let message = keys.text("message")
        let testsNode = keys.node("tests")
        let tests = testsNode.map { keys.items($0, "`tests`") } ?? []
        let testsPlace = keys.place(of: "tests")
        keys.finish()
        guard let id, let body else { return nil }
        return RuleSource(
            sink: sink, extent: document.extent, id: id, title: title ?? id.text, description: description,
            severity: severity ?? .medium,
            severityWhen: branches, parameters: parameters, tags: tags, owner: owner, runbook: runbook,
            references: references, falsePositives: falsePositives, isEnabled: isEnabled, isSignal: isSignal,
            allowsExtendedRegex: extended, body: body, key: key, hold: hold, cooldown: cooldown, message: message,
            tests: tests, testsPlace: testsPlace, topic: topic, digest: CanonicalText.digest(of: document.root))
    }

    /// The folder that the file lies in.
    private var topic: String {
        let parts = sink.source.name.split(separator: "/")
        return parts.count >= 2 ? String(parts[parts.count - 2]) : ""
    }

    private func checkedID(_ id: ScalarText, isNamedForFile: Bool) -> ScalarText? {
        guard Names.isKebab(id.text) else {
            sink.error(
                .badValue, "`\(id.text)` is not the id of a rule", at: id.span,
                help: "write small letters and digits with single hyphens, such as `too-many-super-users`")
            return nil
        }
        let file = sink.source.name.split(separator: "/").last.map(String.init) ?? ""
        if isNamedForFile, file.hasSuffix(".yaml"), file != id.text + ".yaml" {
            sink.warning(
                .fileName, "the file of the rule `\(id.text)` is named `\(file)`", at: id.span,
                help: "name it `\(id.text).yaml`")
        }
        return id
    }

    private func regexMode(_ keys: inout MappingReader) -> Bool {
        guard let mode = keys.text("regex") else { return false }
        if mode.text != "extended", mode.text != "standard" {
            sink.error(
                .badValue, "`regex` is `standard` or `extended`, not `\(mode.text)`", at: mode.span,
                help: "write `extended` where patterns need recursion or backreferences")
        }
        return mode.text == "extended"
    }

    private func severityBranches(_ keys: inout MappingReader) -> [RuleSource.SeverityBranch] {
        guard let node = keys.node("severity_when") else { return [] }
        return keys.items(node, "`severity_when`").compactMap { item in
            guard var branch = MappingReader(item, .severityBranch, sink) else { return nil }
            let when = branch.expression("if")
            let level = branch.severity("set")
            branch.finish()
            guard let when, let level else { return nil }
            return RuleSource.SeverityBranch(when: when, severity: level, place: branch.span)
        }
    }

    private func checkTiming(_ keys: MappingReader, hold: TimeSpan?, body: BodySource?) {
        if case .activity = body, hold != nil, let place = keys.place(of: "hold") {
            sink.error(
                .verbConflict, "`hold` is for states, and this rule looks at activities", at: place,
                help: "remove it")
        }
        if case .state = body, let place = keys.place(of: "cooldown") {
            sink.error(
                .verbConflict, "`cooldown` is for activities, and this rule looks at a state", at: place,
                help: "remove it; an alert of a state is open as long as the state lasts")
        }
    }

    private func body(_ keys: inout MappingReader) -> BodySource? {
        let state = keys.node("state")
        let activity = keys.node("activity")
        let rule = keys
        var found: BodySource?
        if let state, let source = stateSource(state, rule) { found = .state(source) }
        if let activity, let source = activitySource(activity, rule) { found = .activity(source) }
        if state != nil, activity != nil {
            sink.error(
                .verbConflict, "a rule has `state` or `activity`, not both",
                at: keys.place(of: "activity") ?? keys.span,
                help: "make two rules of it")
            return nil
        }
        if state == nil, activity == nil {
            keys.missing("state` or `activity", "write what the rule looks at")
            return nil
        }
        return found
    }

    // MARK: State

    private func stateSource(_ node: YAMLNode, _ rule: MappingReader) -> StateSource? {
        guard var keys = MappingReader(node, .state, sink) else { return nil }
        let each = keys.text("each")
        let row = each.flatMap { self.row($0) }
        let condition = keys.expression("where")
        let group = keys.node("group").flatMap { self.groupSource($0) }
        let hasGroup = keys.place(of: "group") != nil
        let alertIf = keys.expression("alert_if")
        let place = rule.place(of: "state") ?? keys.span
        if condition == nil, alertIf == nil, keys.place(of: "where") == nil, keys.place(of: "alert_if") == nil {
            sink.error(
                .missingKey, "`state` needs `alert_if`", at: place, label: "every row would be an alert",
                help: "write the condition that is bad")
        }
        keys.finish()
        guard let row, hasGroup == (group != nil) else { return nil }
        return StateSource(row: row, where: condition, group: group, alertIf: alertIf, place: place)
    }

    private func row(_ each: ScalarText) -> Schema.Row? {
        if let row = schema.row(each.text) { return row }
        let words = schema.rows.map(\.word)
        sink.error(
            .unknownObject, "there are no rows named `\(each.text)`", at: each.span,
            help: nearestName(to: each.text, in: words).map { "did you mean `\($0)`?" }
                ?? "write one of " + words.map { "`\($0)`" }.joined(separator: ", "))
        return nil
    }

    private func groupSource(_ node: YAMLNode) -> GroupSource? {
        guard var keys = MappingReader(node, .group, sink) else { return nil }
        let by = keys.expressions("by")
        let lets = self.lets(&keys)
        keys.finish()
        return by.map { GroupSource(by: $0, lets: lets) }
    }

    /// The names of `let`.
    func lets(_ keys: inout MappingReader) -> [LetSource] {
        guard let node = keys.node("let"), var names = MappingReader(names: node, "`let`", sink) else { return [] }
        return names.all().compactMap { entry in
            let name = entry.key
            guard isFree(name, as: "a name of `let`"), let call = names.expression(entry.value, "`\(name.text)`")
            else { return nil }
            return LetSource(name: name, call: call)
        }
    }

    /// Whether an author may give this name to a value; says why not.
    func isFree(_ name: ScalarText, as what: String) -> Bool {
        guard Names.isIdentifier(name.text) else {
            sink.error(
                .badValue, "`\(name.text)` cannot be \(what)", at: name.span,
                help: "write letters, digits and `_`, beginning with a letter")
            return false
        }
        guard !Names.taken.contains(name.text), schema.row(name.text) == nil else {
            sink.error(
                .nameTaken, "`\(name.text)` already means something in every rule", at: name.span,
                help: "give it another name")
            return false
        }
        return true
    }

    // MARK: Activities

    private func activitySource(_ node: YAMLNode, _ rule: MappingReader) -> ActivitySource? {
        guard var keys = MappingReader(node, .activity, sink) else { return nil }
        let match = keys.expression("match")
        if let moment = keys.text("as_of"), moment.text != "activity" {
            sink.error(
                .badValue, "`as_of` can only be `activity`, not `\(moment.text)`", at: moment.span,
                help: "remove it: the directory is always read as it was at the activity")
        }
        let profiles = self.profiles(&keys)
        let verbs = VerbReader(rules: self)
        let found = verbs.verbs(&keys)
        let alertIf = keys.expression("alert_if")
        keys.finish()
        let place = rule.place(of: "activity") ?? keys.span
        if found.nodes == 0, match == nil, keys.place(of: "match") == nil {
            sink.error(
                .missingKey, "`activity` needs `match`", at: place, label: "every activity would be an alert",
                help: "write which activities count")
        }
        guard found.nodes == (found.verb == nil ? 0 : 1) else { return nil }
        return ActivitySource(match: match, verb: found.verb, alertIf: alertIf, profiles: profiles, place: place)
    }

    private func profiles(_ keys: inout MappingReader) -> [ProfileSource] {
        guard let node = keys.node("profiles"), var names = MappingReader(names: node, "`profiles`", sink) else {
            return []
        }
        return names.all().compactMap { entry in
            guard isFree(entry.key, as: "the name of a profile"),
                var keys = MappingReader(entry.value, .profile, sink)
            else { return nil }
            let match = keys.expression("match")
            let by = keys.expressions("by")
            let value = keys.expression("value")
            let history = keys.requiredSpan("history")
            let learn = keys.requiredSpan("learn")
            keys.finish()
            guard let by, let value, let history, let learn else { return nil }
            return ProfileSource(
                name: entry.key, match: match, by: by, value: value, history: history, learn: learn)
        }
    }
}
