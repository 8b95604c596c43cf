import Directory
import Testing

/// What must hold before anything is done to a user.
@Suite struct ActionGuardTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var isOn = true
        var allowed: Set<String>?
        var done = 0
        var superUsers: Set<Int64>? = [1, 2]
        var never: [String] = []
        var user: Int64 = 1
        var weakened: Set<Int64> = []
        var isUndo = false
        var action = TenantAction.suspend
        let refusal: ActionGuard.Refusal?
    }

    @Test(arguments: [
        Row(testDescription: "one of two super users", refusal: nil),
        Row(testDescription: "an ordinary user", user: 9, refusal: nil),
        Row(testDescription: "actions that are off", isOn: false, refusal: .off),
        Row(testDescription: "a kind that is allowed", allowed: ["suspend"], refusal: nil),
        Row(testDescription: "a kind that is not", allowed: ["lock"], refusal: .kindNotAllowed("suspend")),
        Row(testDescription: "the last of the hour", done: 9, refusal: nil),
        Row(testDescription: "one more than the hour has", done: 10, refusal: .capReached(perHour: 10)),
        Row(testDescription: "the last super user", superUsers: [1], refusal: .lastSuperUser("ann")),
        Row(
            testDescription: "the last that nothing was taken from", weakened: [2], refusal: .lastSuperUser("ann")),
        Row(testDescription: "one that something was taken from before", weakened: [1], refusal: nil),
        Row(testDescription: "one beside whom others were weakened", weakened: [8, 9], refusal: nil),
        Row(testDescription: "an ordinary user when all are weakened", user: 9, weakened: [1, 2], refusal: nil),
        Row(testDescription: "an undo of a kind that is not allowed", allowed: ["lock"], isUndo: true, refusal: nil),
        Row(
            testDescription: "an undo that hits the last super user", superUsers: [1], isUndo: true,
            refusal: .lastSuperUser("ann")),
        Row(testDescription: "another than the last super user", superUsers: [2], refusal: nil),
        Row(testDescription: "nobody knows the super users", superUsers: nil, refusal: .superUsersUnknown),
        Row(
            testDescription: "nobody knows them, and it weakens nobody", superUsers: nil, action: .unlock,
            refusal: nil),
        Row(testDescription: "giving the last super user a role", superUsers: [1], action: .addRole(7), refusal: nil),
        Row(
            testDescription: "taking a factor from the last super user", superUsers: [1], action: .removeFactor("3"),
            refusal: .lastSuperUser("ann")),
        Row(
            testDescription: "resetting the password of the last super user", superUsers: [1],
            action: .forcePasswordReset, refusal: .lastSuperUser("ann")),
        Row(testDescription: "break-glass by name", never: ["ANN"], refusal: .breakGlass("ann")),
        Row(testDescription: "break-glass by address", never: ["ann@corp.example"], refusal: .breakGlass("ann")),
        Row(testDescription: "break-glass by id", never: ["1"], action: .unlock, refusal: .breakGlass("ann")),
        Row(testDescription: "break-glass of another", never: ["bob"], refusal: nil),
    ])
    func aGuardStopsWhatItIsFor(_ row: Row) {
        let rules = ActionGuard(
            isOn: row.isOn, allowed: row.allowed, perHour: 10, never: row.never, activeSuperUsers: row.superUsers)
        let subject = ActionSubject(id: row.user, username: "ann", email: "Ann@corp.example")
        let refusal = rules.refusal(
            of: row.action, to: subject, doneThisHour: row.done, weakened: row.weakened, isUndo: row.isUndo)
        #expect(refusal == row.refusal)
        if let refusal = row.refusal {
            #expect(!refusal.description.isEmpty && !refusal.remedy.isEmpty)
        }
    }

    @Test func everyActionHasAWordOfItsOwn() {
        let all: [TenantAction] = [
            .activate, .suspend, .reactivate, .lock(minutes: 1), .unlock, .setGroup(1), .addRole(1), .removeRole(1),
            .forcePasswordReset, .endSessions, .removeFactor("1"),
        ]
        #expect(all.map(\.word) == TenantAction.words)
    }
}
