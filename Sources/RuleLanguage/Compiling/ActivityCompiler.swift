import CEL
import Diagnostics
import Timekeeping

/// Activity rules: profiles, `match`, the verb, `alert_if`.
extension RuleCompiler {
    /// `activity`, and `target` and `actor` as they were then.
    private func activityScope() -> Scope {
        var scope = startScope()
        scope.environment.declare(
            "activity", object: schema.activity, isNullable: false, table: FrameLayout.subjectTable)
        scope.environment.declare("target", object: schema.user, isNullable: true, table: FrameLayout.targetTable)
        scope.environment.declare("actor", object: schema.user, isNullable: true, table: FrameLayout.actorTable)
        return scope
    }

    mutating func activity(_ body: ActivitySource) -> CompiledRule? {
        var scope = activityScope()
        // Profiles are known before `match` is, but their slots come behind those of keys and `let`: see FrameLayout.
        let profiles = body.profiles.map { compile($0, in: scope) }
        declareProfiles(body, in: &scope)
        let match = body.match.flatMap { compiler.condition($0, "match", in: scope) }
        if let match { scope = scope.knowing(match.whenTrue) }
        var finalScope = scope
        var identity = ActivityIdentity(
            match: match?.identity ?? "", isMatchOfActivityAlone: match?.isOfActivityAlone ?? true)
        let verb = body.verb.flatMap { compile($0, in: scope, finalScope: &finalScope, &identity) }
        let indexes = body.profiles.map { layout.add("is_new." + $0.name.text, .bool) }
        declareVerbNumbers(body.verb, in: &finalScope)
        let alertIf = body.alertIf.flatMap { compiler.condition($0, "alert_if", in: finalScope) }
        if let alertIf { finalScope = finalScope.knowing(alertIf.whenTrue) }
        lint(body, alertIf)
        let built = zip(profiles, indexes).compactMap { profile, index in profile.map { $0.profile(at: index) } }
        let read = compiler.variablesRead
        var result = ActivityBody(
            match: match?.program, anchors: anchors(match), verb: verb, alertIf: alertIf?.program, profiles: built,
            usesTarget: read.contains("target"), usesActor: read.contains("actor"),
            fieldTests: fieldTests(of: body, match, in: scope))
        result.identity = identity
        var steps = 0
        if case .sequence(_, let sources, _, _)? = body.verb?.kind { steps = sources.count }
        let standard = body.verb == nil && schema.object(schema.activity)?.field("id") != nil ? "activity.id" : nil
        return finish(
            .activity(result), finalScope: finalScope, standardKey: standard,
            cooldown: source.cooldown ?? standardCooldown(body.verb), tableCount: FrameLayout.firstStepTable + steps)
    }

    func anchors(_ condition: CompiledExpression?) -> Anchors {
        // A condition that is watched sees every activity, or what keeps others out would never be false.
        guard compiler.observer == nil else { return Anchors() }
        return condition.map { AnchorFinder(checked: $0.checked, schema: schema).anchors } ?? Anchors()
    }

    /// What a condition demands of single fields; for rules without memory, which are found by it.
    private func fieldTests(
        of body: ActivitySource, _ condition: CompiledExpression?, in scope: Scope
    ) -> [FieldTest] {
        guard body.verb == nil, body.profiles.isEmpty, compiler.observer == nil, let condition else { return [] }
        return AnchorFinder(checked: condition.checked, schema: schema).fieldTests(in: scope.environment)
    }

    /// The verb's window; nil for a tumbling one, which ends the episode itself.
    private func standardCooldown(_ verb: VerbSource?) -> TimeSpan? {
        switch verb?.kind {
        case nil: .hours(1)
        case .threshold(.sliding(let length), _)?: length
        case .threshold(.session(let gap), _)?: gap
        case .threshold(.tumbling, _)?: nil
        case .sequence(let within, _, _, _)?, .previous(let within)?, .flatline(let within)?: within
        case .spike(let bucket, _, _, _)?: bucket
        }
    }

    private mutating func lint(_ body: ActivitySource, _ alertIf: CompiledExpression?) {
        guard let verb = body.verb else { return }
        let names: [String]
        switch verb.kind {
        case .threshold(_, let lets): names = lets.map(\.name.text)
        case .spike: names = Names.spike
        case .previous: names = ["prev", "elapsed"]
        default: return
        }
        if let text = body.alertIf {
            if let alertIf { lintVerb(text, alertIf, names: names, what: "what `\(verb.name)` gives") }
        } else if verb.name != "previous" {
            compiler.warning(
                .ignoresVerb, "without `alert_if` every match is an alert, whatever `\(verb.name)` gives",
                at: verb.place, help: "write `alert_if` over what `\(verb.name)` gives")
        }
    }

    // MARK: Profiles

    /// A profile that has no slot yet.
    struct ProfileParts {
        let source: ProfileSource
        let match: CompiledExpression?
        let anchors: Anchors
        let by: [CompiledExpression]
        let value: CompiledExpression

        func profile(at index: Int) -> Profile {
            Profile(
                name: source.name.text, match: match?.program, anchors: anchors, by: by.map(\.program),
                value: value.program, history: source.history, learn: source.learn, index: index)
        }
    }

    private mutating func compile(_ source: ProfileSource, in scope: Scope) -> ProfileParts? {
        let match = source.match.flatMap { compiler.condition($0, "match", in: scope) }
        let inner = match.map { scope.knowing($0.whenTrue) } ?? scope
        let by = source.by.compactMap { compiler.value($0, in: inner) }
        guard let value = compiler.value(source.value, in: inner), by.count == source.by.count,
            (match == nil) == (source.match == nil)
        else { return nil }
        return ProfileParts(source: source, match: match, anchors: anchors(match), by: by, value: value)
    }

    /// How many slots come before the first profile's: `now`, the keys and the names of `let`.
    private func profileStart(_ verb: VerbSource?) -> Int {
        guard let verb else { return 1 }
        if case .threshold(_, let lets) = verb.kind { return 1 + verb.by.count + lets.count }
        return 1 + verb.by.count
    }

    private func declareProfiles(_ body: ActivitySource, in scope: inout Scope) {
        let start = profileStart(body.verb)
        for (index, profile) in body.profiles.enumerated() {
            scope.environment.declare(
                "is_new." + profile.name.text, .bool,
                at: SlotAddress(table: FrameLayout.variablesTable, index: start + index))
        }
    }

    // MARK: Verbs

    private mutating func declareVerbNumbers(_ verb: VerbSource?, in scope: inout Scope) {
        let first = layout.variables.count
        switch verb?.kind {
        case .previous?: _ = layout.add("elapsed", .duration)
        case .spike?:
            for name in Names.spike {
                _ = layout.add(name, name == "current" || name == "buckets" ? .int : .double)
            }
        default: return
        }
        layout.declare(from: first, in: &scope)
    }

    private mutating func compile(
        _ verb: VerbSource, in scope: Scope, finalScope: inout Scope, _ identity: inout ActivityIdentity
    ) -> Verb? {
        let by = verb.by.compactMap { compiler.value($0, in: scope) }
        var lets: [LetSource] = []
        if case .threshold(_, let sources) = verb.kind { lets = sources }
        identity.by = by.map(\.identity).map { "\($0.utf8.count):\($0)" }.joined()
        let aggregates = group(
            by: by, lets: lets, in: scope, mayBeEmpty: false, keysMayBeNull: false, finalScope: &finalScope)
        let key = by.map(\.program)
        switch verb.kind {
        case .threshold(let window, _):
            if case .sliding(let within) = window {
                identity.window = "\(within.seconds).\(within.nanoseconds) " + self.identity(of: lets, aggregates)
            }
            return .threshold(Verb.Threshold(by: key, window: window, aggregates: aggregates))
        case .previous(let within):
            finalScope.environment.declare(
                "prev", object: schema.activity, isNullable: false, table: FrameLayout.previousTable)
            finalScope = finalScope.knowing(scope.facts.renamed(from: "activity", to: "prev"))
            return .previous(Verb.Previous(by: key, within: within))
        case .spike(let bucket, let baseline, let minimum, let zone):
            return .spike(
                Verb.Spike(by: key, bucket: bucket, baseline: baseline, minimumBuckets: minimum, zone: zone))
        case .flatline(let within):
            finalScope = withoutActivity(finalScope)
            return .flatline(Verb.Flatline(by: key, within: within))
        case .sequence(let within, let steps, let isUnordered, let until):
            return sequence(
                key, within, steps, isUnordered: isUnordered, until: until, in: scope, finalScope: &finalScope)
        }
    }

    /// The names of `let` as text: what they are called decides where they stand in the frame.
    private func identity(of lets: [LetSource], _ aggregates: [Aggregate]) -> String {
        zip(lets, aggregates).map { source, aggregate in
            let parts = [source.name.text, aggregate.identity]
            return parts.map { "\($0.utf8.count):\($0)" }.joined()
        }.joined()
    }

    /// What a finding without an activity may name: keys, `now` and constants.
    private func withoutActivity(_ scope: Scope) -> Scope {
        var bare = startScope()
        layout.declare(from: 1, in: &bare)
        bare.keyCount = scope.keyCount
        return bare
    }

    private mutating func sequence(
        _ by: [Program], _ within: TimeSpan, _ steps: [StepSource], isUnordered: Bool, until: ExpressionText?,
        in scope: Scope, finalScope: inout Scope
    ) -> Verb? {
        var known = scope
        var built: [Verb.SequenceVerb.Step] = []
        let isAbsent = steps.last?.isAbsent ?? false
        if isAbsent { finalScope = withoutActivity(finalScope) }
        for (index, step) in steps.enumerated() {
            let match = step.match.flatMap { compiler.condition($0, "match", in: isUnordered ? scope : known) }
            built.append(
                Verb.SequenceVerb.Step(
                    id: step.id.text, match: match?.program, anchors: anchors(match), isAbsent: step.isAbsent))
            guard !step.isAbsent else { continue }
            let facts = scope.facts.joined(with: match?.whenTrue ?? NullFacts())
                .renamed(from: "activity", to: step.id.text)
            for (place, isFinal) in [(known, false), (finalScope, true)] {
                var place = place.knowing(facts)
                place.environment.declare(
                    step.id.text, object: schema.activity, isNullable: false,
                    table: FrameLayout.firstStepTable + index)
                if isFinal { finalScope = place } else { known = place }
            }
        }
        let end = until.flatMap { compiler.condition($0, "until", in: scope) }
        return .sequence(
            Verb.SequenceVerb(
                by: by, within: within, steps: built, isUnordered: isUnordered, until: end?.program,
                untilAnchors: anchors(end)))
    }
}
