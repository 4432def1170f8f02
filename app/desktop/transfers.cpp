// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "desktop/transfers.h"

#include <QJsonArray>

namespace Sheaf {

using namespace Qt::StringLiterals;

Transfers::Transfers(SyncEngine &engine, const Profile &profile, QObject *parent)
    : QObject(parent), m_commands(engine, profile, [](const QUrl &, const QByteArray &) {})
{
}

Transfers::~Transfers() = default;

void Transfers::importFolder(const QUrl &folder)
{
    run({{u"do"_s, u"import"_s}}, folder);
}

void Transfers::exportFolder(const QUrl &folder)
{
    run({{u"do"_s, u"export"_s}, {u"force"_s, false}}, folder);
}

void Transfers::run(const QJsonObject &request, const QUrl &folder)
{
    if (m_running)
        return;
    const bool imported = request.value("do"_L1) == "import"_L1;
    m_running = true;
    m_progress = 0;
    m_text = imported ? tr("Reading the folder") : tr("Exporting");
    Q_EMIT changed();
    QJsonObject whole = request;
    whole.insert(u"dir"_s, folder.toLocalFile());
    const auto progressed = [this, imported](const QJsonObject &step) {
        const double done = step.value("done"_L1).toDouble();
        const double total = step.value("total"_L1).toDouble();
        m_progress = total > 0 ? done / total : 0;
        m_text = (imported ? tr("Imported %1 of %2") : tr("Exported %1 of %2")).arg(qint64(done)).arg(qint64(total));
        Q_EMIT changed();
    };
    m_commands.run(whole, progressed, [this, imported](const Result<QJsonObject> &answer) { takeAnswer(imported, answer); });
}

void Transfers::takeAnswer(bool imported, const Result<QJsonObject> &answer)
{
    m_running = false;
    Q_EMIT changed();
    if (!answer)
        return Q_EMIT failed(answer.error().message);
    if (!imported)
        return Q_EMIT finished(tr("%1 notes exported").arg(answer->value("notes"_L1).toInteger()), {});
    QStringList details;
    const QJsonArray skipped = answer->value("skipped"_L1).toArray();
    for (const QJsonValue &file : skipped)
        details.append(tr("%1: %2").arg(file["path"_L1].toString(), file["reason"_L1].toString()));
    const qint64 made = answer->value("made"_L1).toInteger();
    QString sentence = made == 1 ? tr("1 note imported") : tr("%1 notes imported").arg(made);
    if (const qint64 present = answer->value("present"_L1).toInteger(); present > 0)
        sentence += tr(", %1 were here already").arg(present);
    if (!details.isEmpty())
        sentence += details.size() == 1 ? tr(", 1 file left out") : tr(", %1 files left out").arg(details.size());
    Q_EMIT finished(sentence, details);
}

} // namespace Sheaf
