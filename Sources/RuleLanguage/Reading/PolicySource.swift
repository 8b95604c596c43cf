import Alerting
import Diagnostics
import Timekeeping

/// A policy as it was read.
struct PolicySource {
    struct Exclusion {
        let row: Schema.Row
        let when: ExpressionText
    }

    struct ListChange {
        let name: ScalarText
        let items: [String]
        /// Whether the items are added to the list of `define`, or take its place.
        let isAdded: Bool
    }

    /// One item of `rules`.
    struct Item {
        /// What it picks.
        enum Choice {
            case rule(ScalarText)
            case select(tags: [String], topic: String?)
        }

        let choice: Choice
        let parameters: [(name: ScalarText, value: YAMLNode)]
        let severity: Severity?
        let receivers: [String]
        let proposals: [Proposal]
        let exceptions: [ExceptionSource]
        let place: Span
    }

    struct ExceptionSource {
        let name: String
        let when: ExpressionText
        let reason: String
        let owner: String
        let expires: Timestamp
    }

    struct ControlSource {
        let id: String
        let title: String
        let rules: [ScalarText]
    }

    let sink: DiagnosticSink
    let id: ScalarText
    let title: String
    let description: String
    let connections: [String]
    let exclusions: [Exclusion]
    let lists: [ListChange]
    let items: [Item]
    let controls: [ControlSource]
}
