/** A little German, French and Spanish: enough that a page is not taken for something else because it is not English. */
import { listOf, type Rules } from './grammar.js';

export type Language = 'de' | 'fr' | 'es';

export const FOREIGN_RULES: Readonly<Record<Language, Rules>> = {
  de: {
    ding: listOf(
      'Bericht; Entwurf; Vertrag; Auftrag; Versuch; Termin; Vorschlag; Betrag; Brief; Filter; Tabak; Kunde; Markt; Antrag; Prüfbericht',
    ),
    sache: listOf(
      'die Lieferung; die Werbung; die Untersuchung; die Rechnung; unsere Abteilung; die Qualität; die Zigarettenindustrie; die Bundesregierung; die Steuer; die Gesundheit; die Presse',
    ),
    tat: listOf(
      'geprüft; besprochen; geliefert; verschoben; unterzeichnet; untersucht; veröffentlicht; bestätigt; abgelehnt; übersandt; berechnet',
    ),
    opening: ['Sehr geehrte Damen und Herren,', 'Sehr geehrter Herr Doktor,', 'Lieber Herr Kollege,'],
    closing: ['Mit freundlichen Grüßen', 'Hochachtungsvoll', 'Mit besten Grüßen'],
    title: [
      'Der {ding} und {sache}',
      '{Sache} in der Kritik',
      'Neuer Streit um {sache}',
      'Bericht über {sache}',
    ],
    sentence: [
      'Der {ding} wurde {tat}, und {sache} wird weiterhin {tat}.',
      'Wir haben den {ding} erhalten und danken Ihnen dafür.',
      'Nach Ansicht der Fachleute ist {sache} noch nicht {tat} worden.',
      'Wie bereits besprochen, ist {sache} für das kommende Jahr wichtig.',
      'Im Vergleich zum Vorjahr hat {sache} um {2-40} Prozent zugenommen.',
      'Bitte teilen Sie uns mit, ob der {ding} {tat} werden kann.',
      'Es zeigte sich jedoch, dass {sache} nicht von dem {ding} abhängt.',
    ],
  },
  fr: {
    ding: listOf(
      'rapport; projet; contrat; tabac; produit; dossier; marché; filtre; résultat; programme; document',
    ),
    sache: listOf(
      'la publicité; la livraison; la recherche; la santé publique; la loi; la direction; notre société; la qualité; la presse; la consommation',
    ),
    tat: listOf('examiné; approuvé; envoyé; retardé; publié; étudié; confirmé; modifié; refusé'),
    opening: ['Monsieur,', 'Cher Monsieur,', 'Madame, Monsieur,', 'Cher collègue,'],
    closing: [
      'Veuillez agréer, Monsieur, mes salutations distinguées.',
      'Bien cordialement,',
      "Avec l'expression de mes sentiments les meilleurs",
    ],
    title: [
      'Le {ding} et {sache}',
      '{Sache} en question',
      'Nouveau débat sur {sache}',
      'Les effets de {sache}',
    ],
    sentence: [
      'Le {ding} a été {tat} par le comité, mais {sache} reste un sujet important.',
      'Nous vous remercions de votre lettre concernant {sache}.',
      'Selon les experts, {sache} dépend surtout du {ding}.',
      'Depuis {2-20} ans, le {ding} augmente de {2-40} pour cent chaque année.',
      'Je vous prie de bien vouloir trouver ci-joint le {ding} qui a été {tat}.',
      'Il est donc nécessaire de savoir si {sache} sera {tat}e avant la fin du mois.',
      'Cette étude montre que le {ding} et {sache} sont liés.',
    ],
  },
  es: {
    ding: listOf(
      'informe; proyecto; contrato; tabaco; producto; mercado; estudio; cigarrillo; programa; documento; resultado',
    ),
    sache: listOf(
      'la publicidad; la empresa; la salud; la ley; la investigación; la entrega; la calidad; la prensa; la industria; la campaña',
    ),
    tat: listOf('aprobado; enviado; publicado; revisado; estudiado; rechazado; confirmado; presentado'),
    opening: ['Estimado señor:', 'Muy señores míos:', 'Distinguida señora:', 'Estimados amigos:'],
    closing: ['Atentamente,', 'Le saluda cordialmente,', 'Un cordial saludo,'],
    title: [
      'El {ding} y {sache}',
      '{Sache} bajo sospecha',
      'Nueva polémica sobre {sache}',
      'El nuevo {ding}',
    ],
    sentence: [
      'El {ding} fue {tat} por el comité, pero {sache} sigue siendo un problema.',
      'Le agradecemos su carta sobre {sache} y el {ding}.',
      'Según los expertos, {sache} depende del {ding}.',
      'En los últimos {2-20} años, el {ding} ha aumentado un {2-40} por ciento.',
      'Adjunto encontrará el {ding} que ha sido {tat}.',
      'Es necesario saber si el {ding} será {tat} antes de fin de mes.',
      'Los jóvenes toman decisiones difíciles cada día, y {sache} no ayuda.',
    ],
  },
};
