import Alerting
import CEL
import Diagnostics
import Timekeeping

@testable import Evaluation
@testable import RuleLanguage

/// Binds a rule from its expressions, without files: what the loader does for these tests.
struct RuleDraft {
    /// An expression that cannot be compiled is the test's mistake.
    struct BadExpression: Error {
        let text: String
        let diagnostics: [Diagnostic]
    }

    /// One name of `let`.
    struct Let {
        let name: String
        let function: Aggregate.Function
        var argument: String?
        var condition: String?
        var limit: Int?

        init(
            _ name: String, _ function: Aggregate.Function, _ argument: String? = nil, condition: String? = nil,
            limit: Int? = nil
        ) {
            self.name = name
            self.function = function
            self.argument = argument
            self.condition = condition
            self.limit = limit
        }

        func type(_ program: Program?) -> CELType {
            switch function {
            case .count, .distinct: .int
            case .avg: .double
            case .collect: .list(program?.type.withoutNull ?? .string)
            default: program?.type.withoutNull ?? .int
            }
        }
    }

    struct Step {
        let id: String
        let match: String
        var isAbsent = false
    }

    struct ProfileDraft {
        let name: String
        let match: String
        let by: [String]
        let value: String
        let history: TimeSpan
        let learn: TimeSpan
    }

    enum VerbDraft {
        case threshold(by: [String], Verb.Window, [Let])
        case sequence(by: [String], within: TimeSpan, [Step], isUnordered: Bool = false, until: String? = nil)
        case previous(by: [String], within: TimeSpan)
        case spike(by: [String], bucket: TimeSpan, baseline: TimeSpan, minimum: Int, zone: TimeZoneRules)
        case flatline(by: [String], within: TimeSpan)
    }

    var id = "test-rule"
    var match: String?
    var kinds: Set<String>?
    var verb: VerbDraft?
    var profiles: [ProfileDraft] = []
    var alertIf: String?
    /// `nil`: the parts of `by`.
    var key: [String]?
    var cooldown: TimeSpan? = .hours(1)
    var limits = RuleLimits.default
    var message = ""
    var isSignal = false
    var exceptions: [(name: String, when: String, expires: Timestamp)] = []
    var severityWhen: [(String, Severity)] = []
    /// Of a state rule.
    var each: String?
    var `where`: String?
    var group: (by: [String], lets: [Let])?

    func bind() throws -> BoundRule {
        var builder = DraftBuilder(each: each)
        let by = builder.programs(byTexts)
        builder.declareKeys(by)
        let lets = builder.aggregates(self.lets)
        var made: [Profile] = []
        for draft in profiles {
            let index = builder.declare("is_new.\(draft.name)", .bool)
            made.append(
                Profile(
                    name: draft.name, match: builder.program(draft.match), anchors: Anchors(),
                    by: builder.programs(draft.by), value: builder.required(draft.value), history: draft.history,
                    learn: draft.learn, index: index))
        }
        let verb = boundVerb(by, lets, &builder)
        let body: Body
        if let each {
            let grouped = group.map { _ in StateBody.Group(by: by, aggregates: lets) }
            body = .state(
                StateBody(
                    each: each, where: builder.program(self.where), group: grouped,
                    alertIf: builder.program(alertIf)))
        } else {
            var activity = ActivityBody(
                match: builder.program(match), anchors: Anchors(kinds: kinds), verb: verb,
                alertIf: builder.program(alertIf), profiles: made, usesTarget: true, usesActor: true)
            activity.identity = identity
            body = .activity(activity)
        }
        let keyTexts = key ?? by.indices.map { "keys[\($0)]" }
        let bound = BoundRule(
            policy: "default", rule: rule, severity: .medium,
            severityWhen: severityWhen.map { .init(when: builder.required($0.0), severity: $0.1) }, receivers: [],
            proposals: [],
            exceptions: exceptions.map {
                .init(name: $0.name, when: builder.required($0.when), reason: "", owner: "", expires: $0.expires)
            },
            scope: [], parameters: [:], body: body,
            key: key == nil ? builder.keyPrograms(by.count) : builder.programs(keyTexts),
            message: MessageTemplate(parts: message.isEmpty ? [] : [.value(builder.required(message))]), hold: .zero,
            cooldown: cooldown,
            layout: FrameLayout(variables: builder.variables, tableCount: 5 + builder.stepCount),
            fieldsRead: builder.everyField, limits: limits, digest: id)
        if let failure = builder.failure { throw failure }
        return bound
    }

    /// What the compiler would say of sharing, for conditions that are this simple.
    private var identity: ActivityIdentity {
        let text = match ?? ""
        let isAlone = !["target", "actor.", "is_new"].contains { text.contains($0) }
        var identity = ActivityIdentity(match: text, isMatchOfActivityAlone: isAlone)
        if verb != nil { identity.by = byTexts.joined(separator: ",") }
        if case .threshold(_, .sliding(let within), let lets)? = verb {
            identity.window = "\(within.seconds) \(lets)"
        }
        return identity
    }

    private var byTexts: [String] {
        switch verb {
        case .threshold(let by, _, _)?, .sequence(let by, _, _, _, _)?, .previous(let by, _)?,
            .spike(let by, _, _, _, _)?, .flatline(let by, _)?:
            by
        case nil: group?.by ?? []
        }
    }

    private var lets: [Let] {
        if case .threshold(_, _, let lets)? = verb { return lets }
        return group?.lets ?? []
    }

    private func boundVerb(_ by: [Program], _ lets: [Aggregate], _ builder: inout DraftBuilder) -> Verb? {
        switch verb {
        case nil: return nil
        case .threshold(_, let window, _)?: return .threshold(.init(by: by, window: window, aggregates: lets))
        case .previous(_, let within)?:
            builder.declare(row: "prev", table: FrameLayout.previousTable)
            _ = builder.declare("elapsed", .duration)
            return .previous(.init(by: by, within: within))
        case .spike(_, let bucket, let baseline, let minimum, let zone)?:
            for name in ["current", "mean", "stddev", "median", "mad", "max", "p95", "buckets"] {
                _ = builder.declare(name, name == "current" || name == "buckets" ? .int : .double)
            }
            return .spike(
                .init(by: by, bucket: bucket, baseline: baseline, minimumBuckets: minimum, zone: zone))
        case .flatline(_, let within)?: return .flatline(.init(by: by, within: within))
        case .sequence(_, let within, let steps, let isUnordered, let until)?:
            var made: [Verb.SequenceVerb.Step] = []
            for (place, step) in steps.enumerated() {
                builder.declare(row: step.id, table: FrameLayout.firstStepTable + place)
                made.append(
                    .init(
                        id: step.id, match: builder.program(step.match), anchors: Anchors(), isAbsent: step.isAbsent))
            }
            builder.stepCount = steps.count
            return .sequence(
                .init(
                    by: by, within: within, steps: made, isUnordered: isUnordered, until: builder.program(until),
                    untilAnchors: Anchors()))
        }
    }

    private var rule: Rule {
        Rule(
            id: id, title: "Test rule", description: "", severity: .medium, parameters: [], tags: [], owner: nil,
            runbook: nil, references: [], falsePositives: [], isEnabled: true, isSignal: isSignal, tests: [],
            topic: "", file: SourceText(name: "test.yaml", text: ""), place: Span(0, 0), digest: id)
    }
}

/// The environment of a draft while its names come in.
struct DraftBuilder {
    private var environment = Environment(allowsDyn: false)
    private(set) var variables: [FrameLayout.Variable] = []
    private(set) var failure: RuleDraft.BadExpression?
    var stepCount = 0

    init(each: String?) {
        for object in IdentitySchema.objects { environment.declare(object: object) }
        if let each, let row = IdentitySchema.schema.row(each) {
            environment.declare(each, object: row.type, isNullable: false, table: FrameLayout.subjectTable)
        } else {
            environment.declare("activity", object: "Activity", isNullable: false, table: FrameLayout.subjectTable)
            environment.declare("target", object: "User", isNullable: true, table: FrameLayout.targetTable)
            environment.declare("actor", object: "User", isNullable: true, table: FrameLayout.actorTable)
        }
        _ = declare("now", .timestamp)
    }

    var everyField: [String] {
        IdentitySchema.objects.flatMap { object in
            object.fields.filter { $0.name != "raw" }.map { "\(object.name).\($0.name)" }
        }
    }

    mutating func declare(_ name: String, _ type: CELType) -> Int {
        let index = variables.count
        environment.declare(name, type, at: SlotAddress(table: 0, index: index))
        variables.append(.init(name: name, type: type, isNullable: false))
        return index
    }

    mutating func declare(row name: String, table: Int) {
        environment.declare(name, object: "Activity", isNullable: false, table: table)
    }

    private var keyNames: [String] { variables.map(\.name).filter { $0.hasPrefix("keys.") } }

    mutating func declareKeys(_ by: [Program]) {
        for (place, program) in by.enumerated() {
            let index = declare("keys.\(place)", program.type.withoutNull)
            environment.declare("key\(place)", program.type.withoutNull, at: SlotAddress(table: 0, index: index))
        }
    }

    /// `keys[i]` of the language is `key<i>` here.
    mutating func keyPrograms(_ count: Int) -> [Program] { programs((0..<count).map { "key\($0)" }) }

    mutating func aggregates(_ lets: [RuleDraft.Let]) -> [Aggregate] {
        lets.map { draft in
            let argument = program(draft.argument)
            let type = draft.type(argument)
            return Aggregate(
                name: draft.name, function: draft.function, argument: argument, condition: program(draft.condition),
                limit: draft.limit, type: type, index: declare(draft.name, type))
        }
    }

    mutating func programs(_ texts: [String]) -> [Program] { texts.map { required($0) } }

    mutating func program(_ text: String?) -> Program? { text.map { required($0) } }

    mutating func required(_ text: String) -> Program {
        let result = environment.check(text)
        guard let checked = result.checked else {
            failure = failure ?? RuleDraft.BadExpression(text: text, diagnostics: result.diagnostics)
            guard let fallback = Environment(allowsDyn: true).check("false").checked else {
                preconditionFailure("`false` is an expression")
            }
            return fallback.program(in: environment)
        }
        return checked.program(in: environment)
    }
}
