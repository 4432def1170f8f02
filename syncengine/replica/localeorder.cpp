// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/localeorder.h"

#include <QLocale>

#include <sqlite3.h>

#include <memory>

namespace Sheaf {

namespace {

int compareTexts(void *collator, int sizeA, const void *a, int sizeB, const void *b)
{
    return static_cast<const QCollator *>(collator)->compare(QString::fromUtf8(static_cast<const char *>(a), sizeA),
                                                             QString::fromUtf8(static_cast<const char *>(b), sizeB));
}

void forgetCollator(void *collator)
{
    delete static_cast<QCollator *>(collator);
}

} // namespace

QCollator localeCollator()
{
    const QLocale locale = QLocale().collation();
    QCollator collator(locale.language() == QLocale::C ? QLocale(QLocale::English) : locale);
    collator.setNumericMode(true);
    return collator;
}

void registerLocaleOrder(sqlite3 *handle)
{
    auto collator = std::make_unique<QCollator>(localeCollator());
    if (sqlite3_create_collation_v2(handle, "sheaf_locale", SQLITE_UTF8, collator.get(), compareTexts, forgetCollator) ==
        SQLITE_OK)
        static_cast<void>(collator.release()); // it is SQLite's
}

} // namespace Sheaf
