import Alerting
import CEL
import Diagnostics
import Timekeeping

/// A rule as it was read: every key understood, no expression checked yet.
struct RuleSource {
    struct Parameter {
        let name: ScalarText
        let type: CELType
        let standard: Value
        let description: String
    }

    struct SeverityBranch {
        let when: ExpressionText
        let severity: Severity
        let place: Span
    }

    let sink: DiagnosticSink
    /// The bytes of the file that the document takes.
    let extent: Range<Int>
    let id: ScalarText
    let title: String
    let description: String
    let severity: Severity
    let severityWhen: [SeverityBranch]
    let parameters: [Parameter]
    let tags: [String]
    let owner: String?
    let runbook: String?
    let references: [String]
    let falsePositives: [String]
    let isEnabled: Bool
    let isSignal: Bool
    let allowsExtendedRegex: Bool
    let body: BodySource
    let key: [ExpressionText]?
    let hold: TimeSpan?
    let cooldown: TimeSpan?
    let message: ScalarText?
    let tests: [YAMLNode]
    let testsPlace: Span?
    let topic: String
    let digest: String
}

enum BodySource {
    case state(StateSource)
    case activity(ActivitySource)
}

struct StateSource {
    let row: Schema.Row
    let `where`: ExpressionText?
    let group: GroupSource?
    let alertIf: ExpressionText?
    let place: Span
}

struct GroupSource {
    let by: [ExpressionText]
    let lets: [LetSource]
}

/// One name of `let` with the call it stands for.
struct LetSource {
    let name: ScalarText
    let call: ExpressionText
}

struct ActivitySource {
    let match: ExpressionText?
    let verb: VerbSource?
    let alertIf: ExpressionText?
    let profiles: [ProfileSource]
    let place: Span
}

struct VerbSource {
    /// The parts that differ from verb to verb.
    enum Kind {
        case threshold(window: Verb.Window, lets: [LetSource])
        case sequence(within: TimeSpan, steps: [StepSource], isUnordered: Bool, until: ExpressionText?)
        case previous(within: TimeSpan)
        case spike(bucket: TimeSpan, baseline: TimeSpan, minimumBuckets: Int, zone: TimeZoneRules)
        case flatline(within: TimeSpan)
    }

    let name: String
    let place: Span
    let by: [ExpressionText]
    let kind: Kind
}

struct StepSource {
    let id: ScalarText
    let match: ExpressionText?
    let isAbsent: Bool
}

struct ProfileSource {
    let name: ScalarText
    let match: ExpressionText?
    let by: [ExpressionText]
    let value: ExpressionText
    let history: TimeSpan
    let learn: TimeSpan
}
