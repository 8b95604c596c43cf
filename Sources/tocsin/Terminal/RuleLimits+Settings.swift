import CEL
import RuleLanguage
import Settings

extension RuleLimits {
    /// The language's limits, each changed where the settings say so.
    init(_ settings: LimitSettings) {
        self = .default
        func set(_ field: WritableKeyPath<RuleLimits, Int>, _ value: Int?) {
            if let value { self[keyPath: field] = value }
        }
        set(\.expressions.textBytes, settings.expressionBytes)
        set(\.expressions.nesting, settings.expressionNesting)
        set(\.expressions.steps, settings.evaluationSteps)
        set(\.expressions.regexMilliseconds, settings.regexMilliseconds)
        set(\.expressions.regexBacktracking, settings.regexBacktracking)
        set(\.expressions.regexSubjectBytes, settings.regexSubjectBytes)
        set(\.expressions.listElements, settings.listElements)
        set(\.expressions.textResultBytes, settings.textBytes)
        set(\.collectedValues, settings.collectedValues)
        set(\.keys, settings.keysPerRule)
        set(\.alerts, settings.alertsPerRule)
        set(\.windowActivities, settings.windowActivities)
        set(\.walkedActivities, settings.walkedActivities)
        set(\.partials, settings.partialsPerKey)
        set(\.profileValues, settings.profileValues)
        set(\.valuesOfKey, settings.profileValuesPerKey)
    }
}
