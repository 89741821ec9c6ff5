import type { Texts } from '../en.ts'
import type { ColumnType } from '../../../broker/http/contract.ts'
import { isolateText } from '../isolate-parts.ts'
import type { Wording } from '../wording.ts'

const valueNames: Readonly<Record<ColumnType, string>> = {
  text: 'نص',
  integer: 'عدد',
  decimal: 'عدد',
  boolean: 'TRUE أو FALSE',
  date: 'تاريخ',
  datetime: 'تاريخ، مع وقت أو بدونه',
  time: 'وقت من اليوم',
  duration: 'مدة',
}

export const errors = (say: Wording): Texts['errors'] => ({
  unexpected: 'حدث خطأ غير متوقع في الوظيفة الإضافية. أعد المحاولة.',
  withDetail: (text, detail) => `${text} ${detail}`,
  reference: (text, id) => `${text} (المرجع: ${id})`,
  table: {
    'table-gone': (table) => `لم يعد الجدول ${table} في هذا المصنف. تراجع عن حذفه أو انسَ الارتباط.`,
    'key-missing': (column) =>
      `أُزيل العمود ${column} وهو الذي يميز الصفوف. تراجع عن ذلك أو أدرج مجموعة البيانات من جديد.`,
    'columns-missing': (title) => `لا يوجد عمود من ${title} لملئه.`,
    'too-many-rows': (rows) =>
      `لا يتسع المكان لهذا العدد من الصفوف (${say.number(Number(rows))}): في الورقة ${say.number(1_048_576)} صف. صفِّها أو حدِّد عددها الأقصى.`,
    'too-many-columns': (columns) =>
      `لا يتسع المكان لهذا العدد من الأعمدة (${columns}): في الورقة ${say.number(16_384)} عمود.`,
    'no-room': (table) =>
      `لا مكان للجدول ${table}: بجانبه أو تحته جدول آخر أو خلايا مدمجة لا يمكن تحريكها. انقلها ثم أعد المحاولة.`,
    'kept-changing': (table) => `تغيّر ${table} أثناء تحديثه. أعد المحاولة عندما لا يحرره أحد.`,
    'other-broker': (url) => `هذا الجدول من ${url}. افتحه بالوظيفة الإضافية لذلك العنوان.`,
    'growth-blocked': (table, { obstacle }) => {
      const what =
        obstacle?.table !== undefined
          ? `الجدول ${isolateText(obstacle.table)}`
          : say.count(obstacle?.cells ?? 0, {
              one: 'خلية مملوءة واحدة',
              two: 'خليتان مملوءتان',
              few: '# خلايا مملوءة',
              many: '# خلية مملوءة',
              other: '# خلية مملوءة',
            })
      const where = obstacle
        ? ` (أولها ${isolateText(obstacle.address)}${obstacle.text === '' ? '' : `: «${isolateText(obstacle.text)}»`})`
        : ''
      return `يجب أن يكبر ${table}، لكن يعترض طريقه ${what}${where}. لم يتغير شيء.`
    },
    'filter-cell-gone': (column) => `عامل تصفية ${column} يتبع خلية حُذفت. اختر له خلية أخرى أو قيمة.`,
    'filter-value': (column, { text, address, type }) =>
      `عامل تصفية ${column} يحتاج إلى ${valueNames[type ?? 'text']}، لكن في ${isolateText(address ?? 'قيمته')} «${isolateText(text ?? '')}».`,
    'filter-column-gone': (column) =>
      `عامل التصفية أو الترتيب يستخدم العمود ${column} الذي لم يعد في مجموعة البيانات. غيّر ما يعرضه الجدول.`,
  },
  access: {
    readOnly: 'هذا المصنف للقراءة فقط. اختر «تمكين التحرير» أو احفظ نسخة منه ثم أعد المحاولة.',
    sheetProtected: (sheet) => `الورقة ${sheet} محمية. أزل الحماية (مراجعة، إلغاء حماية الورقة) ثم أعد المحاولة.`,
  },
  workbook: {
    'cell-edit': 'هناك خلية قيد التحرير. اضغط Enter أو Esc في الورقة ثم أعد المحاولة.',
    'too-large': 'لا يستطيع Excel أخذ هذا القدر دفعة واحدة ولو على أجزاء صغيرة. أعد المحاولة أو اختر أعمدة أقل.',
    protected: 'الورقة أو المصنف محمي أو للقراءة فقط. أزل الحماية (مراجعة، إلغاء الحماية) ثم أعد المحاولة.',
    gone: 'لم يعد الجدول أو الورقة موجودًا. تراجع عن الحذف ثم أعد المحاولة.',
    'in-the-way': 'يعترض الطريق جدول آخر أو خلايا مدمجة. انقلها ثم أعد المحاولة.',
    busy: 'Excel مشغول أو فقد الاتصال. انتظر لحظة ثم أعد المحاولة.',
    other: 'رفض Excel التغيير. تراجع عن التغييرات الأخيرة في الجدول ثم أعد المحاولة.',
  },
  client: {
    offline: 'تعذّر الوصول إلى الوسيط. تحقق من اتصالك ثم أعد المحاولة.',
    timeout: 'لم يستجب الوسيط في الوقت المحدد. أعد المحاولة.',
    'invitation-invalid': 'هذا الرمز غير صالح. تحقق منه حرفًا حرفًا؛ يعمل الرمز مرة واحدة ولبضعة أيام فقط.',
    'session-held': 'جلستك موقوفة لدواعٍ أمنية. راجع المسؤول.',
    'dataset-unknown': 'لم يعد بإمكانك قراءة مجموعة البيانات هذه أو لم تعد موجودة. راجع المسؤول.',
    'dataset-empty': 'لم تُجلب مجموعة البيانات هذه بعد. أعد المحاولة بعد لحظة.',
    'pull-cancelled': 'أُلغي الجلب. أعد المحاولة.',
    'rate-limited': 'طلبات كثيرة في وقت واحد. انتظر دقيقة ثم أعد المحاولة.',
    'user-inactive': 'أُوقف وصولك إلى Sheetbroker. راجع المسؤول.',
    protocol: 'أجاب شيء آخر غير Sheetbroker، مثل صفحة الدخول إلى شبكة. افتح صفحة ويب للتحقق ثم أعد المحاولة.',
    restarting: 'يُعاد تشغيل الوسيط الآن. أعد المحاولة بعد دقيقة.',
    source: 'لا يجيب مصدر هذه البيانات كما ينبغي الآن. بقي الجدول كما كان. أعد المحاولة لاحقًا.',
    choice: 'لا يمكن اعتماد هذا الاختيار للأعمدة والصفوف:',
    other: 'تعذّر على الوسيط تنفيذ ذلك. أعد المحاولة، فإن لم يُجدِ ذلك فأخبر المسؤول بما يلي:',
    'source-setup': 'مصدر هذه البيانات يحتاج إلى المسؤول. بقي الجدول كما كان. أخبره بما يلي:',
  },
})
